"""The platforms' own exports: what their headers mean where general words would be wrong or are lacking.

Each export is known by headers that stand together nowhere else. Headers are written as the platform writes them and
compared as lower-case words. A header that is not named here is taken for what it says (`columns.py`); so are all
headers of a list that is no platform's own. Of a header that comes twice, the first counts.

How sure: "code" is read from the platform's own source, "seen" from real exports or documents of third parties that
agree, "guess" from what the platform's documentation and API call the same thing, without an export seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from shared.attendee_lists.words import plain

UNUSED: Final = "unused"  # understood, and nothing that is needed
BUYERS: Final = "buyer"  # of whoever paid, who need not be who comes


@dataclass(frozen=True, slots=True)
class Export:
    """One export of one platform, in one language."""

    name: str
    platforms: tuple[str, ...]  # whose exports look so
    needs: tuple[str, ...]  # headers that are all there, each once at least
    means: Mapping[str, str]  # header → a meaning as in `Column`
    source: str
    sure: Literal["code", "seen", "guess"]
    reference: tuple[str, ...] = ()  # headers of which two together name a ticket, where no single one does
    unused: str = ""  # further headers of the platform, one a line or separated by commas
    statuses: Mapping[str, str] = field(default_factory=dict)  # "registered", "cancelled" or "not yet", if not general
    advice: str = ""  # where the export cannot be used: what to do

    def meanings(self) -> dict[str, str]:
        """Meaning by header in the form in which headers are compared."""
        unused = (header for line in self.unused.splitlines() for header in line.split(","))
        table = {plain(header): UNUSED for header in unused if header.strip()}
        table.update((plain(header), "order") for header in self.reference)
        table.update((plain(header), meaning) for header, meaning in self.means.items())
        return table


_PRETIX_SOURCE: Final = (
    "pretix/pretix src/pretix/base/exporters/orderlist.py (order positions), header words in its catalogue"
)

_PRETIX_UNUSED: Final = """
    Event slug, Order date, Order time, Date, Start date, End date, Product, Variation
    Product ID, Variation ID, Price, Tax rate, Tax rule, Tax value, Address, ZIP code, City, Country
    State, Voucher, Pseudonymization ID, Ticket secret, Seat ID, Seat name, Seat zone, Seat row
    Seat number, Blocked, Valid from, Valid until, Order comment, Follow-up date
    Add-on to position ID, Check-in lists, Invoice address name, VAT ID, Invoice address company
    Invoice address street, Invoice address ZIP code, Invoice address city, Invoice address country
    Invoice address state, Sales channel, E-mail address verified, External customer ID
    Payment providers, Position order link
"""


def _pretix(
    language: str,
    *,
    known_by: str,
    order: tuple[str, ...],
    position: tuple[str, ...],
    status: str,
    email: str,
    phone: str,
    name: tuple[str, ...],
    attendee_email: tuple[str, ...],
    company: str,
    locale: str,
    unused: str,
    first: str,
    last: str,
    platforms: tuple[str, ...] = ("pretix",),
) -> Export:
    """The export of order positions; "Email" and "Phone" are the order's, the second "Company" the invoice's."""
    parts = {
        f"{whose}: {part}": meaning for whose in name for part, meaning in ((first, "first_name"), (last, "last_name"))
    }
    return Export(
        f"pretix order positions ({language})",
        platforms,
        needs=(known_by, name[0], attendee_email[0]),
        reference=(*order, *position),
        means={
            status: "status",
            email: BUYERS,
            phone: BUYERS,
            company: "company",
            locale: "locale",
            **dict.fromkeys(name, "name"),
            **dict.fromkeys(attendee_email, "email"),
            **parts,
        },
        # A catalogue may lack any of them.
        unused=f"{_PRETIX_UNUSED}\n{unused}",
        source=_PRETIX_SOURCE,
        sure="code",
    )


_PRETIX: Final = (
    _pretix(
        "English", known_by="Order code", order=("Order code",), position=("Position ID",), status="Status",
        email="Email", phone="Phone number",
        name=("Attendee name",), attendee_email=("Attendee email",), company="Company", locale="Order locale",
        first="Given name", last="Family name",
        # fossasia/eventyay app/eventyay/base/exporters/orderlist.py, a fork, has the same columns.
        platforms=("pretix", "eventyay"),
        unused="",
    ),
    _pretix(
        "German", known_by="Bestellnummer", order=("Bestellnummer",), position=("Position", "Position ID"),
        status="Status", email="E-Mail",
        phone="Telefonnummer", name=("Name Teilnehmer*in", "Teilnehmername", "Name Teilnehmer"),
        attendee_email=("E-Mail Teilnehmer*in", "E-Mail-Adresse (Teilnehmer)", "E-Mail Teilnehmer"),
        company="Firma", locale="Bestellsprache", first="Vorname", last="Nachname",
        unused="""Kurzname der Veranstaltung, Veranstaltung, Bestelldatum, Bestelluhrzeit, Termin, Beginn
            Ende, Produkt, Variante, Preis, Steuersatz, Steuerregel, Steuer, Adresse, Postleitzahl, Ort, Land
            Bundesstaat, Gutschein, Pseudonyme ID, Sitzplatz-ID, Sitzbezeichnung, Sitzbereich, Sitzreihe
            Sitzplatz, Bestellkommentar, Datum zur Wiedervorlage, Rechnungsadresse: Name, USt-ID-Nr.
            Verkaufskanal, E-Mail-Adresse verifiziert, Zahlungsmethoden""",
    ),
    _pretix(
        "French", known_by="Position ID", order=("Code de commande", "Numéro de commande"), position=("Position ID",),
        status="Statut", email="E-Mail", phone="Numéro de téléphone", name=("Nom du participant",),
        attendee_email=("Adresse mail du participant", "E-mail du participant"), company="Société",
        locale="Langue de la commande", first="Prénom", last="Nom de famille",
        unused="""Date de commande, Heure de commande, Date, Produit, Variante, Tarif, Taux d'imposition
            Règle fiscale, Valeur fiscale, Adresse, Code Postal, Ville, Pays, Bon de réduction, ID pseudonyme
            Adresse de facturation: nom, Identifiant de TVA, canaux de vente, Lieu de commande""",
    ),
    _pretix(
        "Spanish", known_by="Código de la orden", order=("Código de la orden",), position=("ID de posición",),
        status="Estado", email="Correo electrónico", phone="Número de teléfono", name=("Nombre del participante",),
        attendee_email=("Correo electrónico del participante",), company="Compañía",
        locale="Localización de la orden", first="Nombre", last="Apellido",
        unused="""Fecha de la orden, Hora de la orden, Fecha, Fecha de inicio, Fecha final, Producto
            Variacion, ID Producto, ID Variación, Precio, Tasas, Norma fiscal, Impuestos, Dirección
            Código postal, Ciudad, País, Recibo, ID Seudónimo, Secreto del ticket, ID Asiento
            Nombre del asiento, Zona del asiento, Fila del asiento, Número del asiento, Bloqueado
            Válido desde, Válido hasta, Comentario de la orden, Fecha de seguimiento, Dirección de facturación
            Identificador IVA, Canal de ventas, Correo electrónico verificado, ID Cliente externo
            Proveedores de pago""",
    ),
)  # fmt: skip

_OTHERS: Final = (
    Export(
        "Eventbrite", ("Eventbrite",),
        needs=("Order #", "Attendee #", "Attendee Status", "Order Date"),
        means={
            "Attendee #": "reference", "Attendee Status": "status", "First Name": "first_name",
            "Last Name": "last_name", "Email": "email", "Company": "company", "Cell Phone": "phone",
            "Buyer First Name": BUYERS, "Buyer Last Name": BUYERS, "Buyer Email": BUYERS, "Buyer Name": BUYERS,
        },
        unused="""Order #, Order Date, Quantity, Price Tier, Ticket Type, Group, Order Type, Currency
            Total Paid, Fees Paid, Eventbrite Fees, Eventbrite Payment Processing, Home Address 1
            Home Address 2, Home City, Home State, Home Zip, Home Country, Job Title, Prefix, Suffix, Gender
            Age, Birth Date, Tax Paid, Discount""",
        source="FORMATS 2: rherardi/eb2ez README",
        sure="seen",
    ),
    Export(
        "Eventbrite (until about 2014)", ("Eventbrite",),
        needs=("Attendee #", "QTY", "Order #", "Attendee Status"),
        means={
            "Attendee #": "reference", "Attendee Status": "status", "First Name": "first_name",
            "Last Name": "last_name", "Email": "email", "Company": "company", "Website": "network:homepage",
            "Blog": "network:homepage",
        },
        unused="""Date, QTY, Ticket Type, Date Attending, Order #, Order Type, Amount (USD), Fees Paid (USD)
            Job Title, Eventbrite Fees (USD), Payment Processing (USD)""",
        source="FORMATS 2: an export of 2013 in public code",
        sure="seen",
    ),
    Export(
        "Tito", ("Tito",),
        needs=("Ticket Full Name", "Ticket Email", "Ticket Reference"),
        means={
            "Ticket Full Name": "name", "Ticket First Name": "first_name", "Ticket Last Name": "last_name",
            "Ticket Email": "email", "Ticket Company Name": "company", "Ticket Phone Number": "phone",
            "Void Status": "void", "Ticket Reference": "reference", "Order Name": BUYERS, "Order Email": BUYERS,
            "Order Company Name": BUYERS, "Order Phone Number": BUYERS,
        },
        unused="""Number, Ticket Created Date, Ticket Last Updated Date, Ticket, Event, Price, Tags
            Unique Ticket URL, Unique Order URL, Order Reference, Order Discount Code, Order IP
            Order Created Date, Order Completed Date, Payment Reference, Ticket Job Title, Ticket Country
            Ticket Currency""",
        source="FORMATS 2: exports in public code",
        sure="seen",
    ),
    Export(
        "Tito (newer)", ("Tito",),
        needs=("Ticket Full Name", "Ticket Email", "Ticket Reference", "Registration Email"),
        means={
            "Ticket Full Name": "name", "Ticket First Name": "first_name", "Ticket Last Name": "last_name",
            "Ticket Email": "email", "Ticket Company Name": "company", "Ticket Phone Number": "phone",
            "Void Status": "void", "Ticket Reference": "reference", "Registration Name": BUYERS,
            "Registration Email": BUYERS, "Registration Company Name": BUYERS, "Registration Phone Number": BUYERS,
        },
        unused="""Number, Ticket Created Date, Ticket Last Updated Date, Ticket, Event, Price, Tags
            Unique Ticket URL, Unique Registration URL, Unique Order URL, Registration Reference
            Registration Discount Code, Registration IP, Registration Created Date
            Registration Completed Date, Payment Reference""",
        source="FORMATS 2: exports in public code",
        sure="seen",
    ),
    Export(
        "pretix orders (English)", ("pretix", "eventyay"),
        needs=("Order code", "Order total", "Email"),
        means={"Email": BUYERS},
        source=_PRETIX_SOURCE,
        sure="code",
        advice="this is the list of orders, which names who paid and not who comes; export the order positions instead",
    ),
    Export(
        "pretix orders (German)", ("pretix",),
        needs=("Bestellnummer", "Gesamtbetrag", "E-Mail"),
        means={"E-Mail": BUYERS},
        source=_PRETIX_SOURCE,
        sure="code",
        advice="this is the list of orders, which names who paid and not who comes; export the order positions instead",
    ),
    Export(
        "open-event-server", ("open-event-server",),
        needs=("Order#", "Ticket ID", "Ticket Name", "Payment Mode"),
        means={
            "Status": "status", "Email": "email", "First Name": "first_name", "Firstname": "first_name",
            "Last Name": "last_name", "Lastname": "last_name", "Attendee First Name": "first_name",
            "Attendee Last Name": "last_name", "Attendee Email": "email", "Company": BUYERS,
        },
        # The ticket's id is that of its kind: it names nobody.
        unused="""Order#, Ticket ID, Order Date, Payment Type, Payment Mode, Ticket Name, Ticket Price
            Ticket Type, Tax ID, Address, Country, State, City, Zipcode, virtual_event_checkin_times""",
        source="FORMATS 2: fossasia/open-event-server app/api/helpers/csv_jobs_util.py; “Company” is the invoice's",
        sure="code",
    ),
    Export(
        "Luma", ("Luma",),
        needs=("api_id", "approval_status"),
        means={
            "api_id": "reference", "name": "name", "first_name": "first_name", "last_name": "last_name",
            "email": "email", "phone_number": "phone", "approval_status": "status",
        },
        unused="""created_at, checked_in_at, custom_source, utm_source, qr_code_url, amount, amount_tax
            amount_discount, currency, coupon_code, eth_address, solana_address, survey_response_rating
            survey_response_feedback, ticket_type_id, ticket_name, join_url""",
        source="FORMATS 2: real exports",
        sure="seen",
    ),
    Export(
        "Hi.Events", ("Hi.Events",),
        needs=("Public ID", "Short ID", "Product ID"),
        means={
            "ID": UNUSED, "First Name": "first_name", "Last Name": "last_name", "Email": "email", "Status": "status",
            "Public ID": "reference",
        },
        unused="""Check Ins, Is Checked In, Checked In At, Product ID, Product Name, Event ID, Short ID
            Created Date, Last Updated Date, Notes""",
        source="HiEventsDev/Hi.Events backend/app/Exports/AttendeesExport.php; an .xlsx; headers in English only here",
        sure="code",
    ),
    Export(
        "alf.io", ("alf.io",),
        needs=("ReservationID", "Full Name", "E-Mail", "Confirmation"),
        means={
            "ID": "reference", "Status": "status", "Full Name": "name", "First Name": "first_name",
            "Last Name": "last_name", "E-Mail": "email", "Language": "locale",
        },
        unused="""Category, Event, OriginalPrice, PaidPrice, Discount, VAT, ReservationID, Locked
            Confirmation, Billing Address, Country Code, Promo Code, Payment ID, Payment Method
            External Reference""",
        source="FORMATS 2: alfio-event/alf.io EventApiController.java, util/ExportUtils.java",
        sure="code",
    ),
    Export(
        "Indico", ("Indico",),
        needs=("ID", "Name", "Registration state"),
        means={
            "ID": "reference", "Name": "name", "Email Address": "email", "First Name": "first_name",
            "Last Name": "last_name", "Affiliation": "company", "Phone Number": "phone", "Phone": "phone",
            "Registration state": "status",
        },
        unused="""Registration date, Price, Checked in, Check-in date, Payment date, Tags, Position, Address
            Country, Title, Consent""",
        source="FORMATS 2: indico/indico indico/modules/events/registration/util.py as copied in plugins",
        sure="seen",
        statuses={"complete": "registered", "rejected": "cancelled", "withdrawn": "cancelled", "unpaid": "not yet"},
    ),
    Export(
        "Meetup", ("Meetup",),
        needs=("User ID", "RSVP", "URL of Member Profile"),
        means={"Name": "name", "User ID": "reference", "URL of Member Profile": "network:meetup", "RSVP": "status"},
        source="FORMATS 2: exports in public code",
        sure="seen",
        advice=(
            "this is Meetup's export, which has no e-mail addresses, and nobody can be told anything without one; ask "
            "for the address in a question of the event and add it to the list as a column “Email”, or have people "
            "register by a form of your own"
        ),
    ),
    Export(
        "Ticket Tailor", ("Ticket Tailor",),
        needs=("Issued ticket ID", "Ticket type", "Barcode"),
        means={
            "Issued ticket ID": "reference", "Status": "status", "Ticket status": "status", "Void": "void",
            "First name": "first_name", "Last name": "last_name", "Full name": "name", "Name": "name",
            "Email": "email", "Phone": "phone", "Buyer name": BUYERS, "Buyer first name": BUYERS,
            "Buyer last name": BUYERS, "Buyer email": BUYERS, "Buyer phone": BUYERS,
        },
        unused="""Order ID, Order date, Event name, Event ID, Event date, Ticket type, Barcode, Ticket price
            Checked in, Checked in at, Voided at, Reference, Reservation, Created at""",
        source="developers.tickettailor.com, the fields of an issued ticket; no export seen",
        sure="guess",
    ),
    Export(
        "Humanitix", ("Humanitix",),
        needs=("Order ID", "Ticket ID", "Buyer email"),
        means={
            "Ticket ID": "reference", "First name": "first_name", "Last name": "last_name", "Email": "email",
            "Email address": "email", "Mobile": "phone", "Organisation": "company", "Status": "status",
            "Ticket status": "status", "Buyer first name": BUYERS, "Buyer last name": BUYERS, "Buyer name": BUYERS,
            "Buyer email": BUYERS, "Buyer mobile": BUYERS,
        },
        unused="""Order ID, Order date, Event, Event date, Ticket type, Ticket price, Discount, Access code
            Checked in, Check in date, Location, Currency, Net price, Taxes""",
        source="humanitix.stoplight.io, the fields of a ticket; no export seen",
        sure="guess",
    ),
    Export(
        "Whova", ("Whova",),
        needs=("First Name", "Last Name", "Email", "Affiliation", "Ticket Type"),
        means={
            "First Name": "first_name", "Last Name": "last_name", "Email": "email", "Affiliation": "company",
            "Phone": "phone", "Attendee Status": "status", "Ticket ID": "reference", "Attendee ID": "reference",
            "Purchaser Name": BUYERS, "Purchaser Email": BUYERS,
        },
        unused="Title, Location, City, State, Country, Ticket Type, Category, Registration Date, Order ID, Biography",
        source="whova.com, what its import of attendees asks for; no export seen",
        sure="guess",
    ),
)  # fmt: skip

EXPORTS: Final[tuple[Export, ...]] = (*_PRETIX, *_OTHERS)

_BY_SPECIFICITY: Final = sorted(
    ((frozenset(plain(header) for header in export.needs), export) for export in EXPORTS),
    key=lambda pair: -len(pair[0]),
)


def export_of(header: Sequence[str]) -> Export | None:
    """The export whose header this is; None where it is no platform's own that is known here."""
    present = {plain(text) for text in header}
    return next((export for needs, export in _BY_SPECIFICITY if needs <= present), None)
