"""Forward chaining for the gate: a port of plain rules and facts, with durable-rules behind it.

`program` holds the values, `port` the protocol, `contained` and `inline` its two implementations,
`emit` and `validate` what stands between a program and the engine, `durable` the only module that
imports it, and `gatebase` the one program that every gate run uses.
"""
