"""The record: an append-only ledger, the read models beside it and the one door through which people read."""
