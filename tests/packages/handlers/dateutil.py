import datetime

from dateutil import easter, parser, relativedelta, rrule, tz

START = datetime.datetime(2020, 1, 31)


def parse(event):
    return parser.parse(event["text"], default=START, **event.get("options", {}))


def iso(event):
    return parser.isoparse(event["text"])


def repeat(event):
    return list(rrule.rrulestr(event["text"], dtstart=START))


def add(event):
    return START + relativedelta.relativedelta(**event["delta"])


def offset(event):
    return datetime.datetime(2020, 7, 1, tzinfo=tz.gettz(event["zone"])).utcoffset()


def sunday(event):
    return easter.easter(event["year"])


def handler(event, context):
    return globals()[event["do"]](event)
