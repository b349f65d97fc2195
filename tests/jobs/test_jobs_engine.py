"""The local engine keeps what `Engine` promises."""

from engine_suite import EngineSuite

from builder.jobs import Engine
from builder.jobs.local import LocalEngine


class TestLocalEngine(EngineSuite):
    pass


def test_it_is_an_engine(engine: LocalEngine) -> None:
    assert isinstance(engine, Engine)
