"""Plain Python: kinds of mail, who gets which, and whether a mail is still true."""
