"""Any instruct model as the author of a program of posecodes: prompt, schema, model, reading, voting, repair."""
