"""Districts as data: units, aliases, policy numbers, catalogue and calendars, and the loader that checks them.

No rule of the process lives here, only what differs from district to district and from year to year.
"""
