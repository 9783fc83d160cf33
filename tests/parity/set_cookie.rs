//! Cookies that a response sets.

use super::case::{Case, run};

/// The cases: `set_cookie`, `delete_cookie`, `unset_cookie`.
pub fn cases() -> Vec<Case> {
    vec![
        run("set_cookie", "response.set_cookie(b'a', b'b')\nreturn b''"),
        run("set_cookie of text", "response.set_cookie('a', 'b c;d\"e')\nreturn b''"),
        run("set_cookie with everything", "
from datetime import datetime
response.set_cookie(b'a', b'b', path='/x', domain='x.y', max_age=5, expires=datetime(2030, 2, 3, 4, 5, 6), samesite='Lax', secure=True, httponly=True, comment='ham')
return b''"),
        run("set_cookie with an age in time", "from datetime import timedelta\nresponse.set_cookie(b'a', b'b', max_age=timedelta(minutes=2))\nreturn b''"),
        run("set_cookie with an age of 0", "response.set_cookie(b'a', b'b', max_age=0)\nreturn b''"),
        run("set_cookie without a path", "response.set_cookie(b'a', b'b', path=None)\nreturn b''"),
        run("set_cookie twice", "response.set_cookie(b'a', b'b')\nresponse.set_cookie(b'a', b'c', httponly=True)\nreturn b''"),
        run("set_cookie with latin-1", r"
response.set_cookie(b'a', b'\xe4')
return b''"),
        run("set_cookie with a bad name", "response.set_cookie(b'a b', b'c')\nreturn b''"),
        run("set_cookie with a reserved name", "response.set_cookie(b'path', b'c')\nreturn b''"),
        run("set_cookie with a number", "response.set_cookie(b'a', 5)\nreturn b''"),
        run("set_cookie expires in time", "
import re
from datetime import timedelta
response.set_cookie(b'a', b'b', expires=timedelta(days=3))
cookie = response.headers['Set-Cookie'][0]
del response.headers['Set-Cookie']
return re.sub(rb'\\d\\d [a-z]{3} \\d{4} [\\d:]{8} GMT', b'soon', cookie)"),
        run("delete_cookie", "
import re
response.delete_cookie(b'a', path='/x', domain='x.y')
cookie = response.headers['Set-Cookie'][0]
del response.headers['Set-Cookie']
return re.sub(rb'expires=[^;]+', b'expires=past', cookie)"),
        run("delete_cookie without a path", "
import re
response.delete_cookie('a', path=None)
cookie = response.headers['Set-Cookie'][0]
del response.headers['Set-Cookie']
return re.sub(rb'expires=[^;]+', b'expires=past', cookie)"),
        run("set_cookie to none", "
import re
response.set_cookie(b'a', None)
cookie = response.headers['Set-Cookie'][0]
del response.headers['Set-Cookie']
return re.sub(rb'expires=[^;]+', b'expires=past', cookie)"),
        run("unset_cookie with nothing to remove", "response.set_cookie(b'a', b'b')\nresponse.unset_cookie(b'c')\nreturn b''"),
        run("unset_cookie", "response.set_cookie(b'a', b'b')\nresponse.set_cookie(b'c', b'd')\nresponse.unset_cookie(b'a')\nreturn b''"),
    ]
}
