"""Where the clock stands that a lead lives by, from what they told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from zoneinfo import available_timezones

from handraise.kit.fold import fold

# Countries with one obvious zone: where there is one, or nearly everybody lives in one. Of the
# others (Australia, Brazil, Canada, Indonesia, Mexico, Russia, the United States, …) the country
# tells nothing. Code, zone, and the names people write, folded.
_TABLE = """
AD Europe/Andorra andorra
AE Asia/Dubai united arab emirates; uae; emirates
AF Asia/Kabul afghanistan
AG America/Antigua antigua and barbuda
AI America/Anguilla anguilla
AL Europe/Tirane albania
AM Asia/Yerevan armenia
AO Africa/Luanda angola
AR America/Argentina/Buenos_Aires argentina
AS Pacific/Pago_Pago american samoa
AT Europe/Vienna austria; osterreich
AW America/Aruba aruba
AX Europe/Mariehamn aland islands
AZ Asia/Baku azerbaijan
BA Europe/Sarajevo bosnia and herzegovina; bosnia
BB America/Barbados barbados
BD Asia/Dhaka bangladesh
BE Europe/Brussels belgium; belgique; belgie; belgien
BF Africa/Ouagadougou burkina faso
BG Europe/Sofia bulgaria
BH Asia/Bahrain bahrain
BI Africa/Bujumbura burundi
BJ Africa/Porto-Novo benin
BL America/St_Barthelemy saint barthelemy
BM Atlantic/Bermuda bermuda
BN Asia/Brunei brunei; brunei darussalam
BO America/La_Paz bolivia
BQ America/Kralendijk caribbean netherlands; bonaire
BS America/Nassau bahamas
BT Asia/Thimphu bhutan
BW Africa/Gaborone botswana
BY Europe/Minsk belarus
BZ America/Belize belize
CC Indian/Cocos cocos islands
CF Africa/Bangui central african republic
CG Africa/Brazzaville republic of the congo
CH Europe/Zurich switzerland; schweiz; suisse; svizzera
CI Africa/Abidjan cote d ivoire; ivory coast; cote divoire
CK Pacific/Rarotonga cook islands
CL America/Santiago chile
CM Africa/Douala cameroon
CN Asia/Shanghai china; peoples republic of china; prc
CO America/Bogota colombia
CR America/Costa_Rica costa rica
CU America/Havana cuba
CV Atlantic/Cape_Verde cape verde; cabo verde
CW America/Curacao curacao
CX Indian/Christmas christmas island
CY Asia/Nicosia cyprus
CZ Europe/Prague czech republic; czechia; cesko
DE Europe/Berlin germany; deutschland; allemagne
DJ Africa/Djibouti djibouti
DK Europe/Copenhagen denmark; danmark
DM America/Dominica dominica
DO America/Santo_Domingo dominican republic
DZ Africa/Algiers algeria
EC America/Guayaquil ecuador
EE Europe/Tallinn estonia
EG Africa/Cairo egypt
EH Africa/El_Aaiun western sahara
ER Africa/Asmara eritrea
ES Europe/Madrid spain; espana
ET Africa/Addis_Ababa ethiopia
FI Europe/Helsinki finland; suomi
FJ Pacific/Fiji fiji
FK Atlantic/Stanley falkland islands; falklands
FO Atlantic/Faroe faroe islands
FR Europe/Paris france; frankreich; francia
GA Africa/Libreville gabon
GB Europe/London united kingdom; uk; great britain; britain; england; scotland; wales
GD America/Grenada grenada
GE Asia/Tbilisi georgia
GF America/Cayenne french guiana
GG Europe/Guernsey guernsey
GH Africa/Accra ghana
GI Europe/Gibraltar gibraltar
GL America/Nuuk greenland
GM Africa/Banjul gambia
GN Africa/Conakry guinea
GP America/Guadeloupe guadeloupe
GQ Africa/Malabo equatorial guinea
GR Europe/Athens greece; hellas
GS Atlantic/South_Georgia south georgia
GT America/Guatemala guatemala
GU Pacific/Guam guam
GW Africa/Bissau guinea bissau
GY America/Guyana guyana
HK Asia/Hong_Kong hong kong; hong kong sar
HN America/Tegucigalpa honduras
HR Europe/Zagreb croatia
HT America/Port-au-Prince haiti
HU Europe/Budapest hungary; magyarorszag
IE Europe/Dublin ireland; republic of ireland; eire
IL Asia/Jerusalem israel
IM Europe/Isle_of_Man isle of man
IN Asia/Kolkata india
IO Indian/Chagos british indian ocean territory
IQ Asia/Baghdad iraq
IR Asia/Tehran iran; islamic republic of iran
IS Atlantic/Reykjavik iceland
IT Europe/Rome italy; italia
JE Europe/Jersey jersey
JM America/Jamaica jamaica
JO Asia/Amman jordan
JP Asia/Tokyo japan
KE Africa/Nairobi kenya
KG Asia/Bishkek kyrgyzstan
KH Asia/Phnom_Penh cambodia
KM Indian/Comoro comoros
KN America/St_Kitts saint kitts and nevis
KP Asia/Pyongyang north korea
KR Asia/Seoul south korea; korea; republic of korea
KW Asia/Kuwait kuwait
KY America/Cayman cayman islands
KZ Asia/Almaty kazakhstan
LA Asia/Vientiane laos; lao pdr
LB Asia/Beirut lebanon
LC America/St_Lucia saint lucia
LI Europe/Vaduz liechtenstein
LK Asia/Colombo sri lanka
LR Africa/Monrovia liberia
LS Africa/Maseru lesotho
LT Europe/Vilnius lithuania
LU Europe/Luxembourg luxembourg
LV Europe/Riga latvia
LY Africa/Tripoli libya
MA Africa/Casablanca morocco
MC Europe/Monaco monaco
MD Europe/Chisinau moldova; republic of moldova
ME Europe/Podgorica montenegro
MF America/Marigot saint martin
MG Indian/Antananarivo madagascar
MH Pacific/Majuro marshall islands
MK Europe/Skopje north macedonia; macedonia
ML Africa/Bamako mali
MM Asia/Yangon myanmar; burma
MN Asia/Ulaanbaatar mongolia
MO Asia/Macau macau; macao
MP Pacific/Saipan northern mariana islands
MQ America/Martinique martinique
MR Africa/Nouakchott mauritania
MS America/Montserrat montserrat
MT Europe/Malta malta
MU Indian/Mauritius mauritius
MV Indian/Maldives maldives
MW Africa/Blantyre malawi
MY Asia/Kuala_Lumpur malaysia
MZ Africa/Maputo mozambique
NA Africa/Windhoek namibia
NC Pacific/Noumea new caledonia
NE Africa/Niamey niger
NF Pacific/Norfolk norfolk island
NG Africa/Lagos nigeria
NI America/Managua nicaragua
NL Europe/Amsterdam netherlands; nederland; holland; the netherlands
NO Europe/Oslo norway; norge
NP Asia/Kathmandu nepal
NR Pacific/Nauru nauru
NU Pacific/Niue niue
NZ Pacific/Auckland new zealand
OM Asia/Muscat oman
PA America/Panama panama
PE America/Lima peru
PF Pacific/Tahiti french polynesia
PG Pacific/Port_Moresby papua new guinea
PH Asia/Manila philippines
PK Asia/Karachi pakistan
PL Europe/Warsaw poland; polska
PM America/Miquelon saint pierre and miquelon
PN Pacific/Pitcairn pitcairn
PR America/Puerto_Rico puerto rico
PS Asia/Gaza palestine
PT Europe/Lisbon portugal
PW Pacific/Palau palau
PY America/Asuncion paraguay
QA Asia/Qatar qatar
RE Indian/Reunion reunion
RO Europe/Bucharest romania
RS Europe/Belgrade serbia
RW Africa/Kigali rwanda
SA Asia/Riyadh saudi arabia
SB Pacific/Guadalcanal solomon islands
SC Indian/Mahe seychelles
SD Africa/Khartoum sudan
SE Europe/Stockholm sweden; sverige
SG Asia/Singapore singapore
SH Atlantic/St_Helena saint helena
SI Europe/Ljubljana slovenia
SJ Arctic/Longyearbyen svalbard
SK Europe/Bratislava slovakia
SL Africa/Freetown sierra leone
SM Europe/San_Marino san marino
SN Africa/Dakar senegal
SO Africa/Mogadishu somalia
SR America/Paramaribo suriname
SS Africa/Juba south sudan
ST Africa/Sao_Tome sao tome and principe
SV America/El_Salvador el salvador
SX America/Lower_Princes sint maarten
SY Asia/Damascus syria; syrian arab republic
SZ Africa/Mbabane eswatini; swaziland
TC America/Grand_Turk turks and caicos islands
TD Africa/Ndjamena chad
TG Africa/Lome togo
TH Asia/Bangkok thailand
TJ Asia/Dushanbe tajikistan
TK Pacific/Fakaofo tokelau
TL Asia/Dili east timor; timor leste
TM Asia/Ashgabat turkmenistan
TN Africa/Tunis tunisia
TO Pacific/Tongatapu tonga
TR Europe/Istanbul turkey; turkiye; turkei
TT America/Port_of_Spain trinidad and tobago
TV Pacific/Funafuti tuvalu
TW Asia/Taipei taiwan; chinese taipei
TZ Africa/Dar_es_Salaam tanzania; united republic of tanzania
UA Europe/Kyiv ukraine
UG Africa/Kampala uganda
UY America/Montevideo uruguay
UZ Asia/Tashkent uzbekistan
VA Europe/Vatican vatican city; holy see
VC America/St_Vincent saint vincent; saint vincent and the grenadines
VE America/Caracas venezuela; bolivarian republic of venezuela
VG America/Tortola british virgin islands
VI America/St_Thomas us virgin islands
VN Asia/Ho_Chi_Minh vietnam; viet nam
VU Pacific/Efate vanuatu
WF Pacific/Wallis wallis and futuna
WS Pacific/Apia samoa
YE Asia/Aden yemen
YT Indian/Mayotte mayotte
ZA Africa/Johannesburg south africa
ZM Africa/Lusaka zambia
ZW Africa/Harare zimbabwe
"""
_WORD = re.compile(r"[^\W\d_]+")


def zone_of(told: Iterable[str], countries: Iterable[str], *, otherwise: str) -> str:
    """The first of the told names that is one of a zone; else the one obvious zone of the first
    country that was told at all; else `otherwise`."""
    for text in told:
        found = _zones().get(text.strip().lower())
        if found is not None:
            return found
    country = next((text for text in countries if text.strip()), "")
    return zone_of_country(country) or otherwise


def zone_of_country(text: str) -> str | None:
    """The one obvious zone of a country, called by its name or code; None where there is none."""
    return _by_country().get(" ".join(_WORD.findall(fold(text[:80]))))


@cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


@cache
def _by_country() -> dict[str, str]:
    made: dict[str, str] = {}
    for line in _TABLE.strip().splitlines():
        code, zone, names = line.split(" ", 2)
        made |= dict.fromkeys([code.lower(), *names.split("; ")], zone)
    return made


__all__ = ["zone_of", "zone_of_country"]
