"""Messages from outside: sheets are read, columns understood, rows reported as hazards, once each.

Knows the door for commands and the record's numbers; no process and no page. What it cannot take it gives
back with a reason for every row, and nothing it guesses is ever set.
"""
