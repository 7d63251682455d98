"""Keep when a structure was closed, and the structure that it was merged into."""

from shared.migrations import run_sql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    run_sql(
        """
        -- kept by the release before: structures.merged_into
        -- kept by the release before: structures.merged_is_closed, structures.merged_into_another
        ALTER TABLE structures ADD COLUMN closed_at timestamptz, ADD COLUMN merged_into uuid REFERENCES structures,
            ADD CONSTRAINT merged_is_closed CHECK (merged_into IS NULL OR closed_at IS NOT NULL),
            ADD CONSTRAINT merged_into_another CHECK (merged_into <> id);
        """
    )
