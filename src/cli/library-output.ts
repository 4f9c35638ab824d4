/**
 * With `DEBUG` set, libraries print what they send and receive, with passwords and tokens, without our redaction. So the
 * variable is deleted. Must be imported first: libraries read it when they are loaded.
 */
delete process.env.DEBUG;
