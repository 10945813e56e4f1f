"""Data: tables in, sample data with a published truth, simulators with a known one."""
