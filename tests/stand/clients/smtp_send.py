"""Talks to the mail server with Python's own smtplib and says what it was answered.

Arguments: port, `none` | `starttls` | `tls`, file with the authority, name, password, number of letters.
"""

import smtplib
import ssl
import sys
from email.message import EmailMessage

port, security, authority, name, password, count = sys.argv[1:]


def connect():
    context = ssl.create_default_context(cafile=authority)
    if security == "tls":
        return smtplib.SMTP_SSL("localhost", int(port), context=context, timeout=10)
    server = smtplib.SMTP("localhost", int(port), timeout=10)
    if security == "starttls":
        server.starttls(context=context)
    return server


def letter(number):
    message = EmailMessage()
    message["From"] = "sender@example.org"
    message["To"] = "reader@example.org"
    message["Subject"] = f"Письмо {number}"
    message["Message-ID"] = f"<{number}@example.org>"
    message.set_content("Здравствуйте.\n.одна точка в начале строки\n")
    return message


try:
    with connect() as server:
        if name:
            server.login(name, password)
        for number in range(int(count)):
            server.send_message(letter(number))
            print("taken")
except smtplib.SMTPRecipientsRefused as refused:
    print(*(code for code, _ in refused.recipients.values()))
except smtplib.SMTPResponseException as answer:
    print(answer.smtp_code)
except (smtplib.SMTPServerDisconnected, ConnectionError) as gone:
    print("gone")
