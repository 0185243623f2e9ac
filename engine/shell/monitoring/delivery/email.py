"""E-mail: one message for all that waits, urgent alerts first.

Subject: Guardband: 3 urgent, 12 warnings

The Message-ID names the delivery, so that a mailbox knows a message that comes twice.
"""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime

from engine.shell.monitoring.alerts import Alert
from engine.shell.monitoring.delivery.letter import TIMEOUT_SECONDS, Failed, Letter
from engine.shell.monitoring.finding import Severity
from engine.shell.monitoring.settings import Email
from engine.shell.monitoring.telling import alert_line


def send_email(receiver: Email, letter: Letter) -> Failed | None:
    """Send a message; None where the server took it for every recipient."""
    try:
        with _server(receiver) as server:
            if receiver.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if receiver.user is not None:
                server.login(receiver.user, receiver.password or "")
            refused = server.send_message(message_of(receiver, letter), receiver.sender, receiver.to)
    except smtplib.SMTPRecipientsRefused as problem:
        return Failed(reason=f"no recipient is taken: {', '.join(sorted(problem.recipients))}")
    except (OSError, smtplib.SMTPException) as problem:
        return Failed(reason=f"the mail server does not take it: {problem or type(problem).__name__}")
    if refused:
        return Failed(reason=f"not taken for {', '.join(sorted(refused))}", is_final=True)
    return None


def message_of(receiver: Email, letter: Letter) -> EmailMessage:
    """Return the message as it is sent."""
    message = EmailMessage()
    message["From"] = receiver.sender
    message["To"] = ", ".join(receiver.to)
    message["Date"] = format_datetime(letter.now)
    message["Message-ID"] = f"<{letter.name}.{receiver.name}@guardband>"
    message["Subject"] = f"Guardband: {_counts(letter)}"
    ordered = sorted(letter.events, key=lambda row: -Severity(row[1].severity).rank)
    message.set_content("\n".join(_line(event, alert) for event, alert in ordered) + "\n")
    return message


def _server(receiver: Email) -> smtplib.SMTP:
    if receiver.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(receiver.host, receiver.port, timeout=TIMEOUT_SECONDS, context=context)
    return smtplib.SMTP(receiver.host, receiver.port, timeout=TIMEOUT_SECONDS)


def _line(event: str, alert: Alert) -> str:
    told = "" if event == "raised" else f"{event.replace('-', ' ')}: "
    return f"{alert.severity:<8}{told}{alert_line(alert)}"


def _counts(letter: Letter) -> str:
    found = []
    for severity in reversed(Severity):
        count = sum(alert.severity == severity for _, alert in letter.events)
        plural = "s" if severity is Severity.WARNING and count != 1 else ""
        found += [f"{count} {severity.value}{plural}"] if count else []
    return ", ".join(found)
