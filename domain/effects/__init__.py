"""Effects: what a command changes once its guards hold. One short function per command, grouped by the
same subjects as commands and guards.

Timers of the states entered and left, level and punctuality follow by themselves (see ``draft``).
"""

from domain.effects import clearance, listing, records, registration, remediation, routing, supervision

__all__ = ["clearance", "listing", "records", "registration", "remediation", "routing", "supervision"]
