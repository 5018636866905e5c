"""What some have and others have not, against the mean of all."""

from __future__ import annotations

from beboersim.kernel import kernel


@kernel
def against_the_mean(times: float, share: float, has: int) -> float:
    """Return how many times the mean rate somebody's is, so that the mean stays what it was measured to be.

    Parameters
    ----------
    times
        Rate of those who have it over the rate of those who have not.
    share
        Share who had it when the mean was measured.
    has
        1 if this person has it, else 0.
    """
    return (times if has == 1 else 1.0) / (1.0 + share * (times - 1.0))


@kernel
def by_degree(times: float, degree: float, usual: float) -> float:
    """Return the same for what is had by degree (0 to 1), where the usual degree was had when the mean was measured."""
    return (1.0 + (times - 1.0) * degree) / (1.0 + (times - 1.0) * usual)
