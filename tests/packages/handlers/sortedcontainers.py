from sortedcontainers import SortedDict, SortedKeyList, SortedList, SortedSet


def in_list(event):
    found = SortedList(event["values"])
    found.add(3)
    found.update(range(50))
    return [found.bisect(4), found[2:5], found.pop(), list(found.irange(1, 4)), found.count(3)]


def in_dict(event):
    found = SortedDict(event["values"])
    return [found.peekitem(0), list(found.keys())[:2], found.setdefault("z", 1), repr(found)]


def in_set(event):
    found = SortedSet(event["values"])
    return [list(found | {99}), found.index(event["wanted"])]


def by_key(event):
    return list(SortedKeyList(event["values"], key=lambda each: -each))


def handler(event, context):
    return globals()[event["do"]](event)
