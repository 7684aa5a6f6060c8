"""E-mail by SMTP. The same message carries the same Message-ID, by which mail systems drop a second one."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

import aiosmtplib

from channels.message import Message, Undelivered, safe
from channels.settings import MailServer, is_address


async def send(server: MailServer, address: str, message: Message, now: datetime, patience: float) -> None:
    """Hand ``message`` to the mail server. Raises :class:`Undelivered`."""
    if not is_address(address):
        raise Undelivered(
            "收件地址不是电子邮箱", "the recipient's address is not an e-mail address", passing=False
        )
    mail = _mail(server, address, message, now)
    password = server.password.get_secret_value() if server.password else None
    try:
        await aiosmtplib.send(
            mail,
            hostname=server.host,
            port=server.port,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            username=server.user or None,
            password=password if server.user else None,
            timeout=patience,
        )
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise _refused(error.recipients[0].code, error.recipients[0].message) from None
    except aiosmtplib.SMTPAuthenticationError as error:
        raise Undelivered(
            f"邮件服务器不接受用户名或口令（{error.code}）",
            f"the mail server does not accept user or password ({error.code})",
            passing=True,
        ) from None
    except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPConnectTimeoutError, OSError) as error:
        raise Undelivered(
            "连不上邮件服务器", f"the mail server cannot be reached ({type(error).__name__})", passing=True
        ) from None
    except aiosmtplib.SMTPResponseException as error:
        raise _refused(error.code, error.message) from None
    except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError) as error:
        raise Undelivered(
            "邮件服务器中途没有应答",
            f"the mail server stopped answering ({type(error).__name__})",
            passing=True,
            maybe=True,
        ) from None
    except aiosmtplib.SMTPException as error:
        raise Undelivered(
            f"邮件服务器不能这样用：{safe(error)}",
            f"the mail server cannot be used like this: {safe(error)}",
            passing=True,
        ) from None
    except ValueError:
        raise Undelivered(
            "收件地址无法用于邮件", "mail cannot be addressed like this", passing=False
        ) from None


def _mail(server: MailServer, address: str, message: Message, now: datetime) -> EmailMessage:
    name, sender = parseaddr(server.sender)
    if not is_address(sender):
        raise Undelivered(
            "发件地址（mail.sender）不是电子邮箱", "mail.sender is not an e-mail address", passing=True
        )
    user, _, domain = sender.rpartition("@")
    mail = EmailMessage()
    mail["From"] = Address(name, user, domain)
    mail["To"] = address
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message.id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers it
    mail["X-Qingling-Delivery"] = message.id
    mail.set_content(message.text, cte="base64")
    return mail


def _refused(code: int, said: object) -> Undelivered:
    return Undelivered(
        f"邮件服务器拒收（{code} {safe(said)}）",
        f"refused by the mail server ({code} {safe(said)})",
        passing=400 <= code < 500,
    )
