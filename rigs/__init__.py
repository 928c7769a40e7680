"""What the add-on and the backend must agree on: joints, wire format, bone maps, the free body. Stdlib + numpy only."""
