"""Domains at which anybody can have an address: having one there says nothing about the domain's website.

A website counts for an address at its domain only if it names the profile back (see finding.py), which no provider's
does for a customer. This list is the second lock on that door: it holds the large ones and need not be complete.

Source: the providers' own pages on their domains (Google, Microsoft, Yahoo, Apple, Proton, Fastmail, GMX and WEB.DE,
Mail.ru, Yandex, Tencent, NetEase, Naver, Orange, Libero, Seznam, WP, Telekom and others), put together by hand.
Not verified: that every one of them still gives out addresses.
"""

from __future__ import annotations

from typing import Final

# Providers that have the same name under many countries' endings.
_ANY_ENDING: Final = frozenset(
    "gmail googlemail hotmail outlook live msn yahoo ymail rocketmail gmx aol yandex protonmail fastmail zoho".split()
)
_MAILBOXES: Final = frozenset(
    (
        "google.com microsoft.com icloud.com me.com mac.com apple.com passport.com proton.me pm.me proton.ch "
        "simplelogin.com slmail.me duck.com mozmail.com privaterelay.appleid.com fastmail.fm messagingengine.com "
        "hey.com tutanota.com tutanota.de tutamail.com tuta.io tuta.com keemail.me posteo.de posteo.net "
        "mailbox.org runbox.com hushmail.com startmail.com disroot.org riseup.net autistici.org mailfence.com "
        "ctemplar.com kolabnow.com migadu.com soverin.net dismail.de systemli.org cock.li mail.com email.com "
        "usa.com gmx.net web.de email.de freenet.de t-online.de arcor.de online.de 1und1.de freemail.hu "
        "citromail.hu seznam.cz email.cz centrum.cz post.cz azet.sk zoznam.sk wp.pl o2.pl onet.pl interia.pl "
        "op.pl poczta.onet.pl tlen.pl mail.ru inbox.ru list.ru bk.ru rambler.ru ya.ru ukr.net i.ua meta.ua abv.bg "
        "orange.fr wanadoo.fr free.fr sfr.fr laposte.net bbox.fr neuf.fr club-internet.fr libero.it virgilio.it "
        "tiscali.it alice.it tin.it aruba.it pec.it telefonica.net terra.es sapo.pt uol.com.br bol.com.br "
        "terra.com.br ig.com.br globo.com qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com "
        "139.com 189.cn 21cn.com aliyun.com naver.com hanmail.net daum.net nate.com kakao.com docomo.ne.jp "
        "ezweb.ne.jp softbank.ne.jp nifty.com biglobe.ne.jp rediffmail.com sify.com in.com walla.co.il walla.com "
        "bezeqint.net netvision.net.il comcast.net xfinity.com att.net sbcglobal.net bellsouth.net verizon.net "
        "charter.net spectrum.net cox.net earthlink.net juno.com netzero.net optonline.net centurylink.net "
        "windstream.net frontier.com roadrunner.com shaw.ca rogers.com bell.net sympatico.ca telus.net "
        "videotron.ca btinternet.com sky.com virginmedia.com ntlworld.com talktalk.net blueyonder.co.uk "
        "plusnet.com tiscali.co.uk bigpond.com bigpond.net.au optusnet.com.au iinet.net.au xtra.co.nz telenet.be "
        "skynet.be proximus.be ziggo.nl kpnmail.nl planet.nl xs4all.nl hetnet.nl upcmail.nl bluewin.ch hispeed.ch "
        "sunrise.ch aon.at chello.at telia.com comhem.se bredband.net online.no broadpark.no elisanet.fi "
        "kolumbus.fi luukku.com mail.dk tdcadsl.dk jubii.dk otenet.gr forthnet.gr mynet.com ttmail.com "
        "mailinator.com guerrillamail.com 10minutemail.com temp-mail.org yopmail.com trashmail.com lycos.com "
        "excite.com inbox.com care2.com bigfoot.com iname.com acm.org ieee.org computer.org alum.mit.edu "
        "member.fsf.org users.noreply.github.com github.com gitlab.com linux.com"
    ).split()
)


def own_domain(email: str) -> str | None:
    """The domain of an address, unless it is one at which anybody can have an address.

    :param email: canonical, as in Identity "email"
    """
    domain = email.rpartition("@")[2]
    if domain in _MAILBOXES or domain.partition(".")[0] in _ANY_ENDING:
        return None
    return domain or None
