# A mail server for tests: Debian's aiosmtpd, told what to offer by its arguments.
# It writes what it takes into a maildir, and its port on its first line.
import asyncio, ssl, sys

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

directory, mode, certificate, key, user, password, port = sys.argv[1:8]
context = None
if mode != "none":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)


class Handler(Mailbox):
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 There is no such person here"
        if address.startswith("later@"):
            return "451 4.7.1 Come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"


def check(server, session, envelope, mechanism, given):
    right = isinstance(given, LoginPassword) and given.login.decode() == user and given.password.decode() == password
    return AuthResult(success=right)


def session():
    return SMTP(
        Handler(directory), hostname="localhost",
        tls_context=context if mode == "starttls" else None, require_starttls=mode == "starttls",
        authenticator=check if user else None, auth_required=bool(user), auth_require_tls=mode == "starttls",
    )


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(session, "127.0.0.1", int(port), ssl=context if mode == "tls" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)  # until the test has ended


asyncio.run(main())
