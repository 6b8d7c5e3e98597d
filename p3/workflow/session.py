"""What one invocation of p3 works with: the data tree, the settings, the as-of, the run's name."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from p3 import clock
from p3.data.store import Store
from p3.scope import Listed
from p3.settings import Settings
from p3.workflow.progress import Progress, Silent

if TYPE_CHECKING:
    from p3.workflow.stage import Stage

T = TypeVar("T")


@dataclass
class Session:
    """One invocation.

    ``pinned`` is the as-of that the user gave, None for now; ``settled`` the one that data which end in the past set
    instead. ``choices`` are the flags that decide what a stage does, such as a source; ``measures`` are what stages
    count, such as requests, ``notes`` what they tell the user; ``forced`` names the stages to run whatever is there.
    ``declared`` gives every stage there is, ``listing`` the companies that a scope's rule chooses among.
    """

    store: Store
    settings: Settings
    as_of: datetime
    pinned: datetime | None = None
    settled: datetime | None = None
    command: str = ""
    progress: Progress = field(default_factory=Silent)
    sources: dict[str, str] = field(default_factory=dict)
    choices: dict[str, Any] = field(default_factory=dict)
    measures: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    forced: frozenset[str] = frozenset()
    _made: dict[str, Any] = field(default_factory=dict)
    declared: "Callable[[], Sequence[Stage]]" = field(default=tuple)
    listing: Callable[[], Sequence[Listed]] = field(default=tuple)

    @cached_property
    def run_id(self) -> str:
        """The run's name: its moment and four random bytes, sortable and unique."""
        return f"{clock.now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"

    @property
    def as_of_key(self) -> str:
        """The as-of as far as it decides a result: the moment that was given, or today's date in New York."""
        given = self.pinned or self.settled
        return clock.iso(given) if given else clock.market_date(self.as_of).isoformat()

    def settle(self, end: datetime) -> None:
        """Take ``end`` for the as-of where the user gave none: what is asked for was last known then."""
        if self.pinned is None and end < self.as_of:
            self.as_of = self.settled = end

    def choose(self, **choices: Any) -> None:
        """Take over the flags that were given; those that are None were not."""
        self.choices.update({name: value for name, value in choices.items() if value is not None})

    def shared(self, name: str, make: Callable[[], T]) -> T:
        """Return what ``make`` gives, made once in this invocation."""
        if name not in self._made:
            self._made[name] = make()
        made: T = self._made[name]
        return made
