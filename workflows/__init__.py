"""The durable shell: one Temporal workflow per hazard round the pure core, and its names.

Workflow code reads no clock, file, database or network, and imports only ``domain`` and activity names.
"""
