"""Signing in and out, one's own password, the language."""

from flask import Blueprint, Response, make_response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from geodata.accounts import signing_in
from geodata.db import transaction
from geodata.errors import InvalidInput, TooMany
from geodata.rules.passwords import MIN_LENGTH
from webmap import auth, requests
from webmap.pages import layout
from webmap.permissions import Permission, requires

bp = Blueprint("account", __name__)

MAX_FIELD = 200


@bp.get("/login")
@requires(Permission.SIGN_IN)
def show_sign_in() -> BaseResponse:
    """The form; who is signed in already goes on."""
    if auth.identity() is not None:
        return redirect(_next_page())
    return layout.render("account/login.html", title_key="account.sign_in", wanted=_wanted(), failed=None)


@bp.post("/login")
@requires(Permission.SIGN_IN)
def sign_in() -> BaseResponse:
    """Check name and password; a new session, never the one that was there before."""
    # PostgreSQL keeps no NUL; a name or password with one is simply wrong.
    login, password = (
        request.form.get(name, "")[:MAX_FIELD].replace("\x00", "\N{REPLACEMENT CHARACTER}")
        for name in ("login", "password")
    )
    address = request.remote_addr or "-"
    try:
        with transaction(requests.engine()) as session:
            wait = signing_in.count_try(session, login=login, address=address)
        signing_in.require_no_wait(wait)
        with transaction(requests.engine()) as session:
            opened = signing_in.sign_in(
                session,
                login=login,
                password=password,
                address=address,
                lifetime=requests.settings().session_lifetime,
                demo=requests.settings().demo,
            )
        if opened is None:
            raise InvalidInput("sign_in_failed")  # noqa: TRY301 - one way to show the form again
    except (InvalidInput, TooMany) as error:
        return _again(error, login)
    _end_present_session()
    response = make_response(redirect("/account" if opened.must_change_password else _next_page()))
    auth.set_cookie(response, opened)
    return response


@bp.post("/logout")
@requires(Permission.ACCOUNT_SELF)
def sign_out() -> BaseResponse:
    """End the session here and in the browser."""
    _end_present_session()
    response = make_response(redirect("/login"))
    auth.drop_cookie(response)
    # Drafts, lists and the page's own cache of this user go with it.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.get("/account")
@requires(Permission.ACCOUNT_SELF)
def show_account() -> Response:
    """Who I am, which posts I hold, my password."""
    return layout.render(
        "account/account.html",
        title_key="account.mine",
        tab="account",
        home=layout.home(),
        min_length=MIN_LENGTH,
    )


@bp.get("/home")
@requires(Permission.ACCOUNT_SELF)
def go_home() -> BaseResponse:
    """To the page where this user's work begins."""
    return redirect(layout.home())


def _end_present_session() -> None:
    present = auth.identity()
    if present is None:
        return
    with transaction(requests.engine()) as session:
        signing_in.sign_out(
            session, session_id=present.session_id, user_id=present.user_id, login=present.login
        )


def _again(error: InvalidInput | TooMany, login: str) -> Response:
    is_wait = isinstance(error, TooMany)
    response = layout.render(
        "account/login.html",
        title_key="account.sign_in",
        status=429 if is_wait else 400,
        wanted=_wanted(),
        failed=f"error.{error.code}",
        failed_params=error.params,
        login=login,
    )
    if is_wait:
        response.headers["Retry-After"] = str(error.params["retry_after_s"])
    return response


def _wanted() -> str:
    """Where to go afterwards, if that is a page of ours."""
    wanted = request.values.get("next", "")[:MAX_FIELD]
    return wanted if auth.is_local(wanted) else ""


def _next_page() -> str:
    return _wanted() or "/home"
