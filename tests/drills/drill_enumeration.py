"""Whether the time of an answer tells that an address has an account: `make drills`.

Known and unknown addresses take turns, `PARCOURSPRO_DRILL_CALLS` times each (500). The line that it prints has the
medians, their gap, and two figures of Mann and Whitney: the probability that an answer for a known address is the
slower one (AUC: 0.5 is no difference), and the probability of such a difference by chance (p).
"""

import math
import os
import statistics
import time
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import pytest

from tests.integration.identity.conftest import service
from tests.integration.identity.identity_service import STAFF, IdentityService

__all__ = ["service"]

CALLS = int(os.environ.get("PARCOURSPRO_DRILL_CALLS", "500"))
LARGEST_EFFECT = 0.1
"""Of the AUC. A difference that a stranger could use, such as a hash that is left out, has an AUC of 1.0."""


def mann_whitney(known: Sequence[float], unknown: Sequence[float]) -> tuple[float, float]:
    """AUC and two-sided p by the normal approximation, with the correction for ties."""
    values = sorted([(value, True) for value in known] + [(value, False) for value in unknown])
    rank, sum_of_known, ties = 0.0, 0.0, 0
    for _, group in groupby(values, key=lambda pair: pair[0]):
        tied = list(group)
        sum_of_known += sum(is_known for _, is_known in tied) * (rank + (len(tied) + 1) / 2)
        rank += len(tied)
        ties += len(tied) ** 3 - len(tied)
    n, m = len(known), len(unknown)
    u = sum_of_known - n * (n + 1) / 2
    deviation = math.sqrt(n * m / 12 * ((n + m + 1) - ties / ((n + m) * (n + m - 1))))
    return u / (n * m), math.erfc(abs(u - n * m / 2) / deviation / math.sqrt(2))


def test_the_figures_are_those_of_known_samples() -> None:
    auc, p = mann_whitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])
    assert (auc, round(p, 4)) == (0.0, 0.009)
    assert mann_whitney([1, 2, 2, 3], [1, 2, 2, 3])[0] == 0.5


ACTS: dict[str, tuple[str, Callable[[IdentityService, str, str], dict[str, Any]]]] = {
    "sign-in": ("/tokens", lambda _, email, __: {"email": email, "password": "ce n'est pas ça"}),
    "registration": ("/registrations", lambda service, email, structure: service.form(email, structure)),
    "reset": ("/password-resets", lambda _, email, __: {"email": email}),
}


@pytest.mark.parametrize("act", ACTS)
async def test_the_time_of_an_answer_does_not_tell_whether_an_address_is_known(
    service: IdentityService, act: str
) -> None:
    structure = await service.structure()
    path, body = ACTS[act]
    seconds: dict[bool, list[float]] = {True: [], False: []}
    answers: set[tuple[int, str]] = set()
    for number in range(2 * CALLS + 20):
        is_known = number % 2 == 0
        email = STAFF if is_known else f"nobody{number}@x.example"
        # every call finds full buckets, and comes from another client
        await service.execute("DELETE FROM budgets")
        address = f"203.{number % 200}.{number // 200}.1"
        began = time.perf_counter()
        answer = await service.call(
            "POST", path, body(service, email, structure), X_Real_IP=address, X_Correlation_ID="one-for-all"
        )
        if number >= 20:  # the first ones warm up
            seconds[is_known].append(time.perf_counter() - began)
        answers.add((answer.status_code, answer.text))
    medians = [statistics.median(seconds[is_known]) * 1000 for is_known in (True, False)]
    auc, p = mann_whitney(seconds[True], seconds[False])
    print(  # noqa: T201 - the figures are what the drill is for
        f"\n{act}, n={CALLS}+{CALLS}: known {medians[0]:.2f} ms, unknown {medians[1]:.2f} ms,"
        f" gap {medians[0] - medians[1]:+.2f} ms, AUC {auc:.3f}, p {p:.2f}"
    )
    assert len(answers) == 1
    assert abs(auc - 0.5) < LARGEST_EFFECT
