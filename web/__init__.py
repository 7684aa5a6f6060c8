"""Pages for people: what the API gives to machines, shown and acted on in a browser.

Everything is read through ``service.reading`` and given through ``service.door``, as the API does it. Here are
only addresses, words and their arrangement: no rule of the process, no SQL.
"""
