"""How many steps to take in one call, and how long a step takes."""

from __future__ import annotations


class Pace:
    """Calls that last long enough to be cheap and are short enough to follow.

    `steps_taken` and `seconds_taken` leave out first calls, which also compile.
    """

    def __init__(self, seconds: float = 0.07, most: int = 4096):
        self.steps_taken = 0
        self.seconds_taken = 0.0
        self._seconds = seconds
        self._most = most
        self.restart()

    def restart(self) -> None:
        """Begin anew with single steps, as these are computed in another way from now on."""
        self.steps = 1
        self._compiled = False
        self._before = (self.steps_taken, self.seconds_taken)

    @property
    def step_seconds(self) -> float | None:
        """How long a step takes on average, once known."""
        steps, seconds = self.steps_taken - self._before[0], self.seconds_taken - self._before[1]
        return seconds / steps if steps else None

    def took(self, steps: int, seconds: float) -> None:
        """Learn from a call."""
        if not self._compiled:
            self._compiled = True
            return
        self.steps_taken += steps
        self.seconds_taken += seconds
        self.steps = max(1, min(round(self._seconds * steps / seconds), self.steps * 8, self._most))
