"""Tables, rows, the transaction and the migrations."""
