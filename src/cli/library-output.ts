/**
 * Libraries that find `DEBUG` print what they send and receive, passwords and tokens included, past our log and its
 * redaction. Must be imported before all others: they look at the variable once.
 */
delete process.env.DEBUG;
