"""Process mining: ledgers as event logs, OCEL 2.0 (JSON) and XES (XML), without persons and without texts.

What a log holds is who (unit and role), what, when, by which rule, and how the hazard then stood. A case
of XES is a hazard. OCEL has hazards, units and the hazards' deadlines as objects. Titles, places and all
that somebody wrote stay behind: any of it may name a person (I8).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import IO, Any
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from audit.life import Course, Step, courses
from domain.events import Event
from domain.state import Hazard
from domain.values import local

Life = Sequence[Step]

_EVENT_ATTRIBUTES = {
    "rule": "string",
    "role": "string",
    "state_before": "string",
    "state_after": "string",
    "rung": "string",
    "clock": "string",
    "refused": "string",
}
_HAZARD_ATTRIBUTES = {
    "state": "string",
    "owner": "string",
    "mode": "string",
    "urgency": "string",
    "level": "string",
    "sla": "string",
    "round": "integer",
    "code": "string",
    "category": "integer",
    "subdistrict": "string",
    "channel": "string",
}
_DEADLINE_ATTRIBUTES = {"clock": "string", "row": "string", "due": "time", "provisional": "boolean"}


def about(step: Step) -> dict[str, str]:
    """What both formats say of an event, apart from when it was, what it was and whose it was."""
    event = step.event
    said = {
        "rule": event.rule,
        "role": str(event.actor.role),
        "state_before": str(step.before.state) if step.before else "",
        "state_after": str(step.after.state),
        "rung": str(event.alarm.what) if event.alarm else "",
        "clock": str(event.clock or ""),
        "refused": event.refused.code if event.refused else "",
    }
    return {name: value for name, value in said.items() if value}


def activity(event: Event) -> str:
    """The name of an event's activity: its type; of a refusal, what was asked as well."""
    return f"refused {event.asked}" if event.asked else event.type


# -- OCEL 2.0 ----------------------------------------------------------------------------------------


def ocel(lives: Iterable[Life]) -> dict[str, Any]:
    """An OCEL 2.0 log as its JSON form has it."""
    events: list[dict[str, Any]] = []
    objects: list[dict[str, Any]] = []
    units: dict[str, None] = {}
    activities: dict[str, None] = {}
    for life in lives:
        running = courses(life)
        objects += [_hazard_object(life), *(_deadline_object(life, course) for course in running)]
        for step in life:
            activities[activity(step.event)] = None
            units |= dict.fromkeys((step.event.actor.unit, step.after.owner))
            events.append(_ocel_event(step, running))
    objects += [{"id": unit, "type": "unit", "attributes": [], "relationships": []} for unit in units]
    return {
        "objectTypes": [
            {"name": "hazard", "attributes": _declared(_HAZARD_ATTRIBUTES)},
            {"name": "deadline", "attributes": _declared(_DEADLINE_ATTRIBUTES)},
            {"name": "unit", "attributes": []},
        ],
        "eventTypes": [
            {"name": name, "attributes": _declared(_EVENT_ATTRIBUTES)} for name in sorted(activities)
        ],
        "objects": objects,
        "events": sorted(events, key=lambda event: (event["time"], event["id"])),
    }


def _declared(attributes: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in attributes.items()]


def _ocel_event(step: Step, running: Sequence[Course]) -> dict[str, Any]:
    event = step.event
    related = [(event.hazard, "hazard"), (event.actor.unit, "by"), (step.after.owner, "owner")]
    for course in running:
        if course.steps[0] is step:
            related.append((_deadline_id(course), "starts"))
        elif step in course.steps:
            related.append((_deadline_id(course), "moves"))
        if course.ended is step:
            related.append((_deadline_id(course), "ends"))
        elif event.alarm and event.clock_id == course.key and _stands(course, event.seq):
            related.append((_deadline_id(course), "rings"))
    return {
        "id": f"{event.hazard}#{event.seq:06}",
        "type": activity(event),
        "time": _utc(event.at),
        "attributes": [{"name": name, "value": value} for name, value in about(step).items()],
        "relationships": [{"objectId": id, "qualifier": qualifier} for id, qualifier in related],
    }


def _stands(course: Course, seq: int) -> bool:
    return course.steps[0].event.seq < seq and (course.ended is None or seq < course.ended.event.seq)


def _hazard_object(life: Life) -> dict[str, Any]:
    """Its attributes with the instant of each change."""
    attributes: list[dict[str, Any]] = []
    before: dict[str, Any] = {}
    for step in life:
        now = _attributes_of(step.after)
        attributes += [
            {"name": name, "time": _utc(step.event.at), "value": value}
            for name, value in now.items()
            if before.get(name) != value
        ]
        before = now
    return {
        "id": life[0].event.hazard,
        "type": "hazard",
        "attributes": attributes,
        "relationships": [
            {"objectId": _deadline_id(course), "qualifier": "deadline"} for course in courses(life)
        ],
    }


def _attributes_of(hazard: Hazard) -> dict[str, Any]:
    """Numbers as numbers, all else as text; what is not known is left out."""
    found = {name: getattr(hazard, name) for name in _HAZARD_ATTRIBUTES}
    return {
        name: value if isinstance(value, int) else str(value)
        for name, value in found.items()
        if value is not None
    }


def _deadline_object(life: Life, course: Course) -> dict[str, Any]:
    attributes = []
    for step in course.steps:
        clock = step.after.clocks[course.key]
        at = _utc(step.event.at)
        attributes += [
            {"name": "due", "time": at, "value": _utc(clock.due)},
            {"name": "provisional", "time": at, "value": clock.provisional},
        ]
    first = course.steps[0].after.clocks[course.key]
    began = _utc(course.steps[0].event.at)
    return {
        "id": _deadline_id(course),
        "type": "deadline",
        "attributes": [
            {"name": "clock", "time": began, "value": str(first.key)},
            {"name": "row", "time": began, "value": first.row},
            *attributes,
        ],
        "relationships": [{"objectId": first.bearer, "qualifier": "bearer"}],
    }


def _deadline_id(course: Course) -> str:
    return f"{course.steps[0].event.hazard}/{course.key}/{course.n}"


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# -- XES ---------------------------------------------------------------------------------------------

_EXTENSIONS = (
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
    ("Lifecycle", "lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
)
_CLASSIFIERS = (("Activity", "concept:name"), ("Activity and unit", "concept:name org:group"))


def write_xes(lives: Iterable[Life], out: IO[bytes]) -> None:
    """Write an XES log (IEEE 1849) one hazard after the other, however many there are."""
    xml = XMLGenerator(out, "utf-8", short_empty_elements=True)
    xml.startDocument()
    xml.startElement("log", AttributesImpl({"xes.version": "1849-2016", "xes.features": ""}))
    for name, prefix, uri in _EXTENSIONS:
        _element(xml, "extension", name=name, prefix=prefix, uri=uri)
    for scope, keys in (("trace", ("concept:name",)), ("event", ("concept:name", "org:group", "org:role"))):
        xml.startElement("global", AttributesImpl({"scope": scope}))
        for key in keys:
            _element(xml, "string", key=key, value="")
        if scope == "event":
            _element(xml, "date", key="time:timestamp", value="1970-01-01T00:00:00.000+00:00")
        xml.endElement("global")
    for name, classified in _CLASSIFIERS:
        _element(xml, "classifier", name=name, keys=classified)
    for life in lives:
        xml.startElement("trace", AttributesImpl({}))
        for key, value in _trace(life):
            _element(xml, "int" if isinstance(value, int) else "string", key=key, value=str(value))
        for step in life:
            xml.startElement("event", AttributesImpl({}))
            _element(
                xml, "date", key="time:timestamp", value=local(step.event.at).isoformat("T", "milliseconds")
            )
            for key, text in _xes_event(step):
                _element(xml, "string", key=key, value=text)
            xml.endElement("event")
        xml.endElement("trace")
    xml.endElement("log")
    xml.endDocument()


def _trace(life: Life) -> Iterator[tuple[str, str | int]]:
    yield "concept:name", life[0].event.hazard
    yield from _attributes_of(life[-1].after).items()


def _xes_event(step: Step) -> Iterator[tuple[str, str]]:
    event = step.event
    yield "concept:name", activity(event)
    yield "org:group", event.actor.unit
    yield "org:role", str(event.actor.role)
    yield "lifecycle:transition", "complete"
    yield from ((name, value) for name, value in about(step).items() if name != "role")


def _element(xml: XMLGenerator, tag: str, /, **attributes: str) -> None:
    xml.startElement(tag, AttributesImpl(attributes))
    xml.endElement(tag)
