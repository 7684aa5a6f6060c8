"""The core: hazards, commands, events, clocks and the ladder as pure functions over values.

Nothing here does I/O, reads a clock or imports anything but the standard library and pydantic.
Every other room (workflow, API, pages, forecast, drill, audit) calls these same functions.
"""
