"""Accounts and sign-in, structures, and the attachments of accounts to structures."""
