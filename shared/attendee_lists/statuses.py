"""What the word in a status column says: coming, not coming any more, or not yet.

Source: the platforms' own enumerations: pretix `Order.STATUS_CHOICE`; alf.io `Ticket.TicketStatus`; Hi.Events
`AttendeeStatus`; Indico `RegistrationState`; open-event-server's order status; Luma's approval status; Eventbrite's
attendee status. In other languages than English, and for Ticket Tailor, Humanitix and Whova, the words are the usual
ones and not verified (of pretix's catalogues only Spanish "cancelado" and German "abgelaufen" were seen). A word that
is not here counts as registered, with a note.
"""

from __future__ import annotations

from typing import Final

from shared.attendee_lists.words import plain_set

REGISTERED: Final = plain_set("""
    registered, confirmed, attending, going, checked in, checkedin, check in, paid, paid out, completed, complete,
    approved, accepted, active, acquired, valid, free, issued, placed, transferred, attended, yes, true, ok, ticket,
    assigned, published, sold, session, p,
    bezahlt, bestatigt, angemeldet, aktiv, gultig, teilgenommen, eingecheckt, vollstandig,
    paye, payee, confirme, confirmee, inscrit, inscrite, valide, termine, terminee,
    pagado, pagada, confirmado, confirmada, inscrito, inscrita, registrado, valido,
    pago, paga, pagato, pagata, confermato, confermata, betaald, bevestigd, ingecheckt, betalt, potwierdzony, oplacone
""")
CANCELLED: Final = plain_set("""
    cancelled, canceled, void, voided, refunded, fully refunded, declined, deleted, not attending, not going, rejected,
    denied, withdrawn, released, invalidated, removed, cancelled by organizer, chargeback, c,
    storniert, abgesagt, abgelehnt, zuruckgezogen, erstattet,
    annule, annulee, refuse, refusee, rembourse, remboursee, retire,
    cancelado, cancelada, rechazado, rechazada, reembolsado, reembolsada, anulado, anulada,
    annullato, annullata, rimborsato, rifiutato, geannuleerd, avbokad, anulowane, anulowany
""")
NOT_YET: Final = plain_set("""
    pending, pending approval, pending approvals, approval pending, pending payment, awaiting payment,
    awaiting approval, to be paid, unpaid, invited, waitlist, waitlisted, waiting list, on hold, incomplete,
    expired, overdue, reserved, pre reserved, initializing, initialised, initialized,
    started, draft, offline payment, unassigned, not complete,
    maybe, n, e,
    ausstehend, abgelaufen, uberfallig, auf der warteliste, warteliste, freigabe ausstehend, unbezahlt, eingeladen,
    en attente, en attente d approbation, expire, expiree, liste d attente, impaye, invite, invitee,
    pendiente, vencido, vencida, caducado, expirado, expirada, lista de espera, invitado, invitada,
    pendente, in attesa, in sospeso, scaduto, scaduta, in afwachting, verlopen, wachtlijst, oczekujace
""")
