/** Why a text does not have a format; undefined: it does, or only Port knows. */
type Complaint = (text: string) => string | undefined;

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
/** What nearly all sources write; others are looked at part by part. */
const USUAL_DATE_TIME = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/;
const OFFSET_WITHOUT_COLON = /[+-]\d{4}$/;
const EMAIL_NAME = /^[^\s@<>()[\],;:\\"]{1,64}$/;
const HOST = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const OCTET = /^(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])$/;

/** The formats that restrict texts. Others (user, team, yaml, markdown, proto …) only say how Port shows a text. */
export const FORMATS: ReadonlyMap<string, Complaint> = new Map([
  ['date-time', aboutDateTime],
  ['timer', aboutDateTime],
  ['date', unless(isDate, 'is no date')],
  ['time', unless(isTime, 'is no time with an offset')],
  ['url', unless(isUrl, 'is no URL')],
  ['uri', unless(isUrl, 'is no URL')],
  ['email', unless((text) => isEmail(text, isAscii), 'is no e-mail address')],
  ['idn-email', unless((text) => isEmail(text, () => true), 'is no e-mail address')],
  ['hostname', unless((text) => HOST.test(text), 'is no host name')],
  ['ipv4', unless(isIpv4, 'is no IPv4 address')],
  ['ipv6', unless(isIpv6, 'is no IPv6 address')],
  ['uuid', unless((text) => UUID.test(text), 'is no UUID')],
]);

function unless(fits: (text: string) => boolean, complaint: string): Complaint {
  return (text) => (fits(text) ? undefined : complaint);
}

function aboutDateTime(text: string): string | undefined {
  if (USUAL_DATE_TIME.test(text)) return undefined;
  const separator = text.slice(10, 11);
  if (['T', 't', ' '].includes(separator) && isDate(text.slice(0, 10)) && isTime(text.slice(11))) return undefined;
  return OFFSET_WITHOUT_COLON.test(text)
    ? 'is no date-time: its offset needs a colon, as in +01:00'
    : 'is no date-time';
}

function isDate(text: string): boolean {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined) return false;
  // Day 0 of the next month is the last day of this month. Date.parse would accept the 30th of February.
  const last = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= last;
}

function isTime(text: string): boolean {
  const [, hour, minute, second, offset = ''] = TIME.exec(text) ?? [];
  if (hour === undefined) return false;
  const [offsetHour = 0, offsetMinute = 0] = offset.slice(1).split(':').map(Number);
  if (Number(hour) > 23 || Number(minute) > 59 || offsetHour > 23 || offsetMinute > 59) return false;
  return Number(second) <= 59;
}

/** Whether a text is a URL. The parser alone would also accept spaces. */
function isUrl(text: string): boolean {
  return !/\s/.test(text) && URL.canParse(text);
}

function isEmail(text: string, takes: (text: string) => boolean): boolean {
  const at = text.lastIndexOf('@');
  const name = text.slice(0, at);
  const host = text.slice(at + 1);
  if (at < 1 || !takes(text) || !EMAIL_NAME.test(name)) return false;
  if (name.startsWith('.') || name.endsWith('.') || name.includes('..')) return false;
  return host.includes('.') && (HOST.test(host) || (!isAscii(host) && !/\s/.test(host)));
}

function isAscii(text: string): boolean {
  return /^[\u0020-\u007e]*$/.test(text);
}

function isIpv4(text: string): boolean {
  const octets = text.split('.');
  return octets.length === 4 && octets.every((octet) => OCTET.test(octet));
}

function isIpv6(text: string): boolean {
  return /^[\da-f:.]{2,45}$/i.test(text) && URL.canParse(`http://[${text}]/`);
}
