"""Turns the one template of a mail into its text and its HTML.

A template has the blocks `subject`, `body`, `label` (of the link) and `cause` (why the recipient gets the mail). It
extends `layout`, which exists once for text and once for HTML. In the body, filters mark the paragraphs and lists:
`{% filter p %}…{% endfilter %}`. In HTML every value is escaped, in text none is.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

from services.notifier.domain import wording

_PACKAGE: Final = "services.notifier.use_cases"


class _LineBreaks(Extension):
    """In a sentence of a template, a line break is a space, so that long sentences need no long lines.

    This looks at the source of the template only: line breaks in values stay.
    """

    _SENTENCE = re.compile(
        r"({% (?:filter (?:p|line|quote|li)|block (?:subject|label|cause)) %})(.*?)({% end(?:filter|block) %})",
        re.DOTALL,
    )

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002 - Jinja's
        if "{% filter" not in source and "{% block" not in source:
            return re.sub("[ \n]+", " ", source).strip(" ")  # a part of a sentence, for templates to include
        return self._SENTENCE.sub(
            lambda match: match[1] + re.sub("[ \n]+", " ", match[2]).strip(" ") + match[3], source
        )


def _environment(layouts: str, *, escapes: bool, marks: Mapping[str, Callable[[Any], str]]) -> Environment:
    environment = Environment(
        loader=ChoiceLoader(
            [PackageLoader(_PACKAGE, f"templates/{layouts}"), PackageLoader(_PACKAGE, "templates/mails")]
        ),
        autoescape=escapes,  # noqa: S701 - the text of a mail is not markup
        undefined=StrictUndefined,
        trim_blocks=True,
        extensions=[_LineBreaks],
    )
    environment.filters.update(marks)
    environment.globals.update(
        slot=wording.slot,
        slots_before=wording.slots_before,
        count=wording.count,
        enumeration=wording.enumeration,
        slots=wording.slots,
        statuses=wording.statuses,
        ordinal=wording.ordinal,
        of=wording.of,
        that=wording.that,
        presence=wording.presence,
    )
    return environment


# Markup.format escapes what is not markup yet
HTML: Final = _environment(
    "html",
    escapes=True,
    marks={
        "p": Markup("<p>{}</p>\n").format,
        "line": Markup("<p>{}</p>\n").format,
        "quote": Markup('<p class="words">«\N{NO-BREAK SPACE}{}\N{NO-BREAK SPACE}»</p>\n').format,
        "ul": Markup("<ul>{}</ul>\n").format,
        "li": Markup("<li>{}</li>").format,
        "url": Markup('<a href="{0}">{0}</a>').format,
    },
)
TEXT: Final = _environment(
    "text",
    escapes=False,
    marks={
        "p": "{}\n\n".format,
        "line": "{}\n".format,
        "quote": "«\N{NO-BREAK SPACE}{}\N{NO-BREAK SPACE}»\n\n".format,
        "ul": "{}\n".format,
        "li": "- {}\n".format,
        "url": "{}".format,
    },
)


def render_subject(kind: str, variables: Mapping[str, Any]) -> str:
    template = TEXT.get_template(f"{kind}.jinja")
    return "".join(template.blocks["subject"](template.new_context(dict(variables)))).strip()


def render_text(kind: str, variables: Mapping[str, Any]) -> str:
    return TEXT.get_template(f"{kind}.jinja").render(variables)


def render_html(kind: str, variables: Mapping[str, Any]) -> str:
    return HTML.get_template(f"{kind}.jinja").render(variables)
