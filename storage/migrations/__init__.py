"""The history of the tables, one file a step; run by ``storage.migrate``, never changed once released."""
