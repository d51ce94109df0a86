import attr
import attrs


@attrs.define
class Order:
    amount: int = attrs.field(converter=int, validator=attrs.validators.instance_of(int))
    items: list = attrs.field(factory=list, repr=lambda items: f"<{len(items)}>")

    @items.validator
    def _few(self, attribute, value):
        if len(value) > 2:
            raise ValueError("too many items")

    @property
    def double(self):
        return self.amount * 2


@attr.s(frozen=True, order=True, cache_hash=True)
class Key:
    number = attr.ib(default=1)


def make(event):
    return repr(Order(**event["values"]))


def flat(event):
    return attrs.asdict(Order(**event["values"]))


def evolve(event):
    return attrs.evolve(Key(2), number=event["number"])


def frozen(event):
    Key().number = 3


def dynamic(event):
    return repr(attr.make_class("Dynamic", event["names"])(*event["names"]))


def ordered(event):
    return [sorted([Key(3), Key(1)]), hash(Key(1)) == hash(Key(1))]


def handler(event, context):
    return globals()[event["do"]](event)
