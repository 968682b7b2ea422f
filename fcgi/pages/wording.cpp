#include "fcgi/pages/wording.h"

#include <algorithm>
#include <array>

#include "core/quantity.h"
#include "fcgi/error_table.h"

namespace claimcheck::fcgi {
namespace {

constexpr Wording english{
    .code = "en",
    .size = "Size",
    .kind = "Type",
    .available_until = "Available until",
    .time_left = "Time left",
    .downloads_left = "Downloads left",
    .checksum = "SHA-256",
    .nothing_used = "Looking at this page uses nothing up.",
    .form = "This file is kept encrypted. Download it",
    .decrypted = "decrypted",
    .stored = "as it is stored, with its metadata",
    .download = "Download",
    .started = "Your download begins now. You can see it in your browser’s list of downloads.",
    .over = "The time of this link is over. Reload the page to see what you can do.",
    .if_it_breaks = "If the download breaks",
    .go_on =
        "Press “Resume” in your browser’s list of downloads, or the button above once more. What has arrived is not "
        "sent again, and it does not count as another download.",
    .terminal = "Download in a terminal",
    .terminal_goes_on = "After a broken line the same command goes on where it stopped.",
    .copy = "Copy",
    .copied = "Copied",
    .unfurled = "{} · available until {}",
    .replaced = "There is a newer link in place of this one.",
    .replaced_advice = "Look for it in your mailbox, or ask the sender.",
    .questions = "Questions? Write to",
    .shop = "Get a new link",
    .meanwhile = "Get the file here meanwhile",
    .again = "Try again",
    .renew = "Send me a new link",
    .renew_explained = "It goes to the address that this link was sent to.",
    .renewed = "Look into your mailbox",
    .renewed_message = "If this link was sent to a mail address and can be renewed, a new one is on its way there.",
    .renewed_advice = "It may take some minutes. Look into the folder for unwanted mail too.",
};

constexpr Wording german{
    .code = "de",
    .size = "Größe",
    .kind = "Art",
    .available_until = "Verfügbar bis",
    .time_left = "Verbleibende Zeit",
    .downloads_left = "Verbleibende Downloads",
    .checksum = "SHA-256",
    .nothing_used = "Das Ansehen dieser Seite verbraucht nichts.",
    .form = "Diese Datei wird verschlüsselt aufbewahrt. Herunterladen:",
    .decrypted = "entschlüsselt",
    .stored = "so, wie sie gespeichert ist, mit ihren Metadaten",
    .download = "Herunterladen",
    .started = "Ihr Download beginnt jetzt. Sie sehen ihn in der Download-Liste Ihres Browsers.",
    .over = "Die Zeit dieses Links ist um. Laden Sie die Seite neu, um zu sehen, was Sie tun können.",
    .if_it_breaks = "Falls der Download abbricht",
    .go_on =
        "Wählen Sie „Fortsetzen“ in der Download-Liste Ihres Browsers oder noch einmal die Schaltfläche oben. Was schon "
        "da ist, wird nicht noch einmal gesendet, und es zählt nicht als weiterer Download.",
    .terminal = "Im Terminal herunterladen",
    .terminal_goes_on = "Nach einem Abbruch macht derselbe Befehl dort weiter, wo er aufgehört hat.",
    .copy = "Kopieren",
    .copied = "Kopiert",
    .unfurled = "{} · verfügbar bis {}",
    .replaced = "An die Stelle dieses Links ist ein neuerer getreten.",
    .replaced_advice = "Suchen Sie ihn in Ihrem Postfach, oder fragen Sie den Absender.",
    .questions = "Fragen? Schreiben Sie an",
    .shop = "Neuen Link holen",
    .meanwhile = "Hier gibt es die Datei inzwischen",
    .again = "Erneut versuchen",
    .renew = "Neuen Link zuschicken",
    .renew_explained = "Er geht an die Adresse, an die dieser Link geschickt wurde.",
    .renewed = "Sehen Sie in Ihr Postfach",
    .renewed_message =
        "Wenn dieser Link an eine E-Mail-Adresse ging und erneuert werden kann, ist ein neuer dorthin unterwegs.",
    .renewed_advice = "Das kann einige Minuten dauern. Sehen Sie auch im Spam-Ordner nach.",
};

struct Translated {
  Errc code;
  Explained text;
};

constexpr std::array german_refusals{
    Translated{Errc::bad_request,
               {"Diese Anfrage ist nicht zu verstehen", "An der Anfrage stimmt etwas nicht.",
                "Prüfen Sie die Anfrage und senden Sie sie noch einmal."}},
    Translated{Errc::missing_token,
               {"Der Link ist unvollständig", "Der Download-Link endet vor seinem geheimen Teil.",
                "Kopieren Sie den ganzen Link aus der Nachricht, in der er stand."}},
    Translated{Errc::invalid_token,
               {"Dieser Link führt nirgendwohin", "Hinter diesem Link gibt es keinen Download.",
                "Prüfen Sie, ob der Link vollständig ist: Mailprogramme brechen lange Zeilen manchmal um. Bitten Sie sonst den "
                "Absender um einen neuen."}},
    Translated{Errc::token_expired,
               {"Dieser Link ist abgelaufen", "Die Zeit, in der die Datei heruntergeladen werden konnte, ist um.",
                "Bitten Sie den Absender um einen neuen Link."}},
    Translated{Errc::token_revoked,
               {"Dieser Link wurde zurückgezogen", "Der Absender hat diesen Download-Link zurückgezogen.",
                "Bitten Sie den Absender um einen neuen Link."}},
    Translated{Errc::usage_limit_exceeded,
               {"Dieser Link wurde schon benutzt", "Die Datei wurde so oft heruntergeladen, wie dieser Link es erlaubt.",
                "Sehen Sie in Ihrem Download-Ordner nach: Vielleicht ist die Datei schon da. Bitten Sie sonst den Absender um "
                "einen neuen Link."}},
    Translated{
        Errc::download_in_progress,
        {"Diese Datei wird gerade heruntergeladen", "Ein anderer Download mit diesem Link läuft noch.",
         "Warten Sie, bis er beendet ist. Falls er abgebrochen ist, versuchen Sie es in einer halben Minute noch einmal: "
         "Ein unterbrochener Download geht dort weiter, wo er aufgehört hat."}},
    Translated{Errc::not_ready,
               {"Die Datei ist noch nicht fertig", "Die Datei wird noch vorbereitet.",
                "Versuchen Sie es in einer kleinen Weile noch einmal."}},
    Translated{Errc::payment_required,
               {"Die Zahlung ist nicht abgeschlossen", "Dieser Download setzt eine abgeschlossene Zahlung voraus.",
                "Schließen Sie die Zahlung ab und öffnen Sie dann den Link noch einmal."}},
    Translated{
        Errc::address_not_allowed,
        {"Dieser Link gehört zu einem anderen Netz", "Der Link kann nur aus dem Netz benutzt werden, für das er gemacht wurde.",
         "Öffnen Sie ihn von dort, oder bitten Sie den Absender um einen neuen Link."}},
    Translated{Errc::country_not_allowed,
               {"In Ihrem Land nicht verfügbar", "Der Absender bietet diesen Download in Ihrem Land nicht an.",
                "Fragen Sie den Absender."}},
    Translated{Errc::file_not_attached,
               {"Die Datei gehört nicht zu dieser Nachricht", "Dieser Link führt nicht zu dieser Datei.",
                "Benutzen Sie den Link aus der Nachricht selbst."}},
    Translated{Errc::file_not_found,
               {"Die Datei ist nicht mehr da", "Der Link ist gültig, aber seine Datei wurde verschoben oder entfernt.",
                "Bitten Sie den Absender um die Datei."}},
    Translated{Errc::file_changed,
               {"Die Datei hat sich geändert", "Die Datei ist nicht die, für die dieser Link gemacht wurde.",
                "Bitten Sie den Absender um einen neuen Link."}},
    Translated{Errc::rate_limited,
               {"Zu viele Anfragen", "Es kamen zu viele Anfragen in kurzer Zeit.",
                "Warten Sie eine Minute und versuchen Sie es dann noch einmal."}},
    Translated{Errc::unauthorized,
               {"Ein API-Schlüssel ist nötig", "Diese Adresse braucht einen gültigen API-Schlüssel.",
                "Senden Sie ihn als Authorization: Bearer SCHLÜSSEL; `claimcheck key add` macht einen."}},
    Translated{Errc::forbidden,
               {"Dieser API-Schlüssel darf das nicht", "Dem API-Schlüssel fehlt das Recht dazu.",
                "Benutzen Sie einen Schlüssel, der es hat; `claimcheck key add --scope` macht einen."}},
    Translated{Errc::method_not_allowed,
               {"Diese Methode gibt es hier nicht", "Diese Adresse kennt die Methode der Anfrage nicht.",
                "Benutzen Sie eine der Methoden im Feld Allow."}},
    Translated{Errc::payload_too_large,
               {"Die Anfrage ist zu groß", "Eine Anfrage darf höchstens 64 KiB mitbringen.", "Senden Sie weniger."}},
    Translated{Errc::precondition_failed,
               {"Die Datei ist nicht die, mit der Sie begonnen haben", "Die Datei hat sich geändert, seit der Download begann.",
                "Beginnen Sie den Download von vorn."}},
    Translated{Errc::range_not_satisfiable,
               {"Diesen Teil der Datei gibt es nicht", "Die Anfrage verlangt Bytes hinter dem Ende der Datei.",
                "Vielleicht ist der Download schon vollständig; beginnen Sie sonst von vorn."}},
    Translated{Errc::unavailable,
               {"Im Augenblick nicht verfügbar", "Der Download-Dienst erreicht seine Datenbank oder seine Dateien nicht.",
                "Versuchen Sie es in einer Minute noch einmal. Es wurde nichts verbraucht: Ihr Link ist noch gut."}},
    Translated{Errc::internal,
               {"Etwas ist schiefgegangen", "Der Download-Dienst hat einen Fehler gemacht.",
                "Versuchen Sie es später noch einmal. Wenn es so bleibt, sagen Sie es der Betreuung der Website."}},
};

struct Label {
  std::string_view name, english, german;
};

constexpr std::array labels{
    Label{"expired_at", "Expired", "Abgelaufen"},
    Label{"revoked_at", "Withdrawn", "Zurückgezogen"},
    Label{"last_used_at", "Fetched last", "Zuletzt geholt"},
    Label{"last_used_from", "From the network", "Aus dem Netz"},
    Label{"max_uses", "Downloads allowed", "Erlaubte Downloads"},
    Label{"not_before", "Available from", "Verfügbar ab"},
    Label{"size", "Size of the file in bytes", "Größe der Datei in Bytes"},
    Label{"field", "About", "Betrifft"},
    Label{"allow", "Allowed methods", "Erlaubte Methoden"},
};

}  // namespace

Explained explained(Errc code, Language language) {
  if (language == Language::german) return std::ranges::find(german_refusals, code, &Translated::code)->text;
  const ErrorRow& row = row_of(code);
  return {.title = row.title, .message = row.message, .advice = row.advice};
}

const Wording& wording(Language language) {
  return language == Language::german ? german : english;
}

std::string format_size(std::uint64_t bytes, Language language) {
  std::string size = claimcheck::format_size(bytes);
  if (language == Language::english) return size;
  std::ranges::replace(size, '.', ',');
  std::ranges::replace(size, 'b', 'B');  // a noun
  return size;
}

std::string_view label_of(std::string_view name, Language language) {
  const auto label = std::ranges::find(labels, name, &Label::name);
  if (label == labels.end()) return {};
  return language == Language::german ? label->german : label->english;
}

}  // namespace claimcheck::fcgi
