"""An application with code of each verdict, and a fleet that runs it."""

from __future__ import annotations

from evidence_world import World, exposure, origin, over_days

from lambda_usage.evidence.model import RangeKind

CODE, ERROR, STUB = RangeKind.CODE, RangeKind.ERROR_HANDLING, RangeKind.STUB
APP = """\
def handler(event):
    if event:
        return used(event)
    return None

def used(event):
    if event == 3:
        rare = 1
        return rare
    return 2

def unused(event):
    value = event
    return value

def setup():
    return 1

setup()
"""
MONTH = over_days(15, exposure(invocations=200, inits=100))


def lived(world: World, where=None, exposures=MONTH, **fields: object):
    """A fleet that runs APP as its author meant it."""
    where = where or origin()
    usage = world.ship(where, exposures, **fields)
    world.saw(where, "<module>", init=True)
    world.saw(where, "setup", init=True)
    world.saw(where, "handler")
    world.saw(where, "used", [7, 10])
    return usage
