"""For auditors: the archive, its proofs, and replays of what was decided. It reads the record and changes nothing.

The two that write say so: ``archive`` puts objects into the archive, once each; ``repair`` gives a ledger
back what its own history proves.
"""
