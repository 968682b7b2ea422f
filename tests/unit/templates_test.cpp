#include "cron/templates.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/process.h"
#include "tests/unit/thrown.h"

namespace claimcheck::cron {
namespace {

using test::thrown;

const Placeholders known{.names = {"name", "link", "more"}, .lists = {{"files", {"file"}}}};

std::string filled(std::string_view text, const Values& values, Context context = Context::subject) {
  return Template{text, known}.filled(values, context);
}

TEST(ATemplate, PutsValuesInPlaceAndLeavesTheRest) {
  const Values values{.single = {{"name", {"Ada"}}, {"link", {"{name} {#more}"}}, {"more", {""}}},
                      .lists = {{"files", {{.single = {{"file", {"a"}}}}, {.single = {{"file", {"b"}}}}}}}};
  const struct {
    const char* name;
    const char *text, *expected;
  } cases[] = {
      {"nothing", "", ""},
      {"a value, twice", "{name}, {name}", "Ada, Ada"},
      {"what a value holds is not looked at again", "<{link}>", "<{name} {#more}>"},
      {"percent signs", "100% %n%s%d %{name}", "100% %n%s%d %Ada"},
      {"braces around other things", "{} { name } {Name} {name2} {a:b} {{name}} {#} {/} {name",
       "{} { name } {Name} {name2} {a:b} {Ada} {#} {/} {name"},
      {"shown if there is a value", "[{#name}hello {name}{/name}][{#more}no{/more}]", "[hello Ada][]"},
      {"shown if there is none", "[{^name}no{/name}][{^more}yes{/more}]", "[][yes]"},
      {"one within another", "{#name}{^more}{name}!{/more}{/name}", "Ada!"},
      {"the same within itself", "{#name}{#name}x{/name}y{/name}", "xy"},
      {"a list, with values from around it", "{#files}{file}{name} {/files}", "aAda bAda "},
      {"a list that is not empty", "{^files}none{/files}", ""},
      {"lines of marks are not shown", "a\n{#name}\nb\n {/name}{^name} \nc\n{/name}\nd\n", "a\nb\nd\n"},
      {"a line with more than marks is", "a {#name}\nb{/name}\n", "a \nb\n"},
      {"empty lines stay", "a\n\n{#name}\nb\n\n{/name}\nc", "a\n\nb\n\nc"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(filled(c.text, values), c.expected);
  }
  EXPECT_EQ(filled("{#files}x{/files}{^files}none{/files}", {.lists = {{"files", {}}}}), "none");
}

TEST(ATemplate, IsRefusedIfItsMarksAreWrong) {
  const struct {
    const char *text, *named;
  } cases[] = {
      {"{nobody}", "{nobody}"},
      {"{#nobody}{/nobody}", "{nobody}"},
      {"{^nobody}{/nobody}", "{nobody}"},
      {"{file}", "{file}"},
      {"{^files}{file}{/files}", "{file}"},
      {"{files}", "{files}"},
      {"{#name}", "{/name}"},
      {"{#name}{/link}{/name}", "{/link}"},
      {"{/name}", "{/name}"},
      {"{#name}{#link}{/name}{/link}", "{/name}"},
  };
  for (const auto& c : cases) {
    const auto error = thrown([&] { Template{c.text, known}; });
    ASSERT_TRUE(error) << c.text;
    EXPECT_EQ(error->code(), Errc::bad_request);
    EXPECT_NE(std::string_view{error->what()}.find(c.named), std::string_view::npos) << error->what();
  }
}

TEST(AValue, IsHarmlessWhereverItStands) {
  const std::string long_text(5'000, 'x');
  const struct {
    const char* name;
    Value value;
    std::string subject, text, html;
  } cases[] = {
      {"line ends", {"a\r\nBcc: b\nc\rd"}, "a  Bcc: b c d", "a  Bcc: b c d", "a  Bcc: b c d"},
      {"NUL and other controls", {std::string("a\0b\tc\x1b\x7f", 7)}, "a b c  ", "a b c  ", "a b c  "},
      {"C1 controls and separators", {"a\u0085b\u2028c\u2029d"}, "a b c d", "a b c d", "a b c d"},
      {"percent signs", {"%n%s%d 100% %0aBcc:"}, "%n%s%d 100% %0aBcc:", "%n%s%d 100% %0aBcc:", "%n%s%d 100% %0aBcc:"},
      {"a placeholder", {"{link}.zip"}, "{link}.zip", "{link}.zip", "{link}.zip"},
      {"a tag",
       {"<script>alert(1)</script>"},
       "<script>alert(1)</script>",
       "<script>alert(1)</script>",
       "&lt;script&gt;alert(1)&lt;/script&gt;"},
      {"quotes", {"\"a' & b"}, "\"a' & b", "\"a' & b", "&quot;a&#39; &amp; b"},
      {"marks of direction", {"a\u202Egpj\u202C\u2066b\u2069\u200E\u200F\u061C.exe"}, "agpjb.exe", "agpjb.exe", "agpjb.exe"},
      {"what is no UTF-8", {"a\xFF\xC3.b"}, "a\uFFFD\uFFFD.b", "a\uFFFD\uFFFD.b", "a\uFFFD\uFFFD.b"},
      {"5,000 characters", {long_text}, long_text, long_text, long_text},
      {"a name", {"مخطط <1>.pdf", Form::given}, "مخطط <1>.pdf", "مخطط <1>.pdf", "<bdi>مخطط &lt;1&gt;.pdf</bdi>"},
      {"no name", {"", Form::given}, "", "", ""},
      {"prose",
       {"a <b>\r\n\r\nc\td\re", Form::prose},
       "a <b>    c d e",
       "a <b>\n\nc d\ne",
       "a &lt;b&gt;<br>\n<br>\nc d<br>\ne"},
      {"an address",
       {"https://example.com/?a&b", Form::address},
       "https://example.com/?a&b",
       "https://example.com/?a&b",
       "https://example.com/?a&amp;b"},
      {"an address in capitals",
       {"HTTP://example.com", Form::address},
       "HTTP://example.com",
       "HTTP://example.com",
       "HTTP://example.com"},
      {"an address that runs", {"javascript:alert(1)", Form::address}, "javascript:alert(1)", "javascript:alert(1)", ""},
      {"an address that has another before it", {" https://a", Form::address}, " https://a", " https://a", ""},
      {"a mail address",
       {"a+b@example.com", Form::contact},
       "a+b@example.com",
       "a+b@example.com",
       "<a href=\"mailto:a+b@example.com\">a+b@example.com</a>"},
      {"a page",
       {"https://example.com/help", Form::contact},
       "https://example.com/help",
       "https://example.com/help",
       "<a href=\"https://example.com/help\">https://example.com/help</a>"},
      {"a mail address with more to it",
       {"a@example.com?bcc=b@c", Form::contact},
       "a@example.com?bcc=b@c",
       "a@example.com?bcc=b@c",
       "a@example.com?bcc=b@c"},
      {"a contact that is neither", {"javascript:a@b", Form::contact}, "javascript:a@b", "javascript:a@b", "javascript:a@b"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Values values{.single = {{"name", c.value}}};
    EXPECT_EQ(filled("{name}", values, Context::subject), c.subject);
    EXPECT_EQ(filled("{name}", values, Context::text), c.text);
    EXPECT_EQ(filled("{name}", values, Context::html), c.html);
    EXPECT_EQ(filled("{#name}x{/name}", values, Context::html), c.html.empty() ? "" : "x");
  }
}

TEST(Text, IsWrappedWhereThatHarmsNothing) {
  const std::string word(80, 'w');
  const struct {
    const char* name;
    std::string text, expected;
  } cases[] = {
      {"76 bytes", std::string(37, 'a') + " " + std::string(38, 'b'), std::string(37, 'a') + " " + std::string(38, 'b')},
      {"77 bytes", std::string(37, 'a') + " " + std::string(39, 'b'), std::string(37, 'a') + "\n" + std::string(39, 'b')},
      {"a long word", word + " a " + word, word + "\na\n" + word},
      {"a long word after an indent", "  " + word + " a", "  " + word + "\na"},
      {"empty lines", "a\n\n\nb\n", "a\n\n\nb\n"},
      {"nothing", "", ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(wrapped(c.text), c.expected);
  }
  const std::string prose = fmt::format("{} {}", std::string(50, 'a'), std::string(50, 'b'));
  EXPECT_EQ(filled("{name}", {.single = {{"name", {prose, Form::prose}}}}, Context::text), prose);
  EXPECT_EQ(filled("{name}", {.single = {{"name", {prose, Form::given}}}}, Context::text), prose);
}

TEST(Subjects, AreShortenedBetweenCharacters) {
  std::string umlauts;
  for (int i = 0; i < 150; ++i) umlauts += "ü";
  EXPECT_EQ(shortened("short"), "short");
  EXPECT_EQ(shortened(umlauts), umlauts);
  EXPECT_EQ(shortened(umlauts + "x"), umlauts.substr(0, 149 * 2) + "…");
  EXPECT_EQ(shortened(std::string(5'000, 'x')), std::string(149, 'x') + "…");
}

/// What a link mail says by these templates.
std::string text_of(const Templates& templates) {
  return templates.of(MailKind::link, language_for("en")).text.filled({}, Context::text);
}

TEST(Overrides, ReplaceFilesOfTheSameName) {
  const test::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "en");
  test::write_file(folder / "en/link.txt", "\xEF\xBB\xBFSubject: Mine: {filename}\r\n\r\nOnly this.\r\n");
  test::write_file(folder / "layout.html", "<{content}>");
  const Templates templates{folder.path()};
  const Templates built_in;
  EXPECT_EQ(text_of(templates), "Only this.\n");
  EXPECT_EQ(templates.of(MailKind::link, language_for("en")).subject.filled({}, Context::subject), "Mine: ");
  EXPECT_EQ(templates.layout().filled({.single = {{"content", {"<b>", Form::markup}}}}, Context::html), "<<b>>");
  for (const auto& [kind, language] : {std::pair{MailKind::link, "de"}, std::pair{MailKind::renewal, "en"}})
    EXPECT_EQ(templates.of(kind, language_for(language)).text.filled({}, Context::text),
              built_in.of(kind, language_for(language)).text.filled({}, Context::text));
}

TEST(Overrides, ThatCannotBeUsedAreNamed) {
  const struct {
    const char *file, *text, *named;
  } cases[] = {
      {"en/link.txt", "Subject: a\n\n{nobody}", "{nobody}"},
      {"en/link.txt", "Subject: {nobody}\n\n", "{nobody}"},
      {"de/link.html", "{customer}", "{customer}"},
      {"en/receipt.html", "{link}", "{link}"},
      {"en/message.html", "{link}", "{link}"},
      {"layout.html", "{filename}", "{filename}"},
      {"en/link.html", "{#link}", "{/link}"},
      {"en/link.txt", "Hello,\n\nno subject", "Subject"},
      {"en/link.txt", "Subject: a\nno empty line\n\n", "Subject"},
      {"en/link.txt", "Subject: a\n", "Subject"},
      {"en/link.txt", "", "Subject"},
      {"en/link.html", "\xFF", "UTF-8"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const test::TemporaryFolder folder;
    std::filesystem::create_directory(folder / "en");
    std::filesystem::create_directory(folder / "de");
    test::write_file(folder / c.file, c.text);
    const auto error = thrown([&] { Templates{folder.path()}; });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code(), Errc::bad_request);
    for (const std::string& part : {(folder / c.file).string(), std::string{c.named}})
      EXPECT_NE(std::string_view{error->what()}.find(part), std::string_view::npos) << error->what();
  }
}

TEST(Overrides, ThatCannotBeReadAreNamed) {
  const test::TemporaryFolder folder, other;
  std::filesystem::create_directories(folder / "en/link.txt");
  std::filesystem::create_directory(other / "en");
  std::filesystem::create_symlink("nowhere", other / "en/link.txt");
  for (const auto& path : {folder.path(), other.path()}) {
    const auto error = thrown([&] { Templates{path}; });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code(), Errc::bad_request);
    EXPECT_NE(std::string_view{error->what()}.find("en/link.txt: it cannot be read"), std::string_view::npos) << error->what();
  }
  const auto no_folder = thrown([&] { Templates{folder / "none"}; });
  ASSERT_TRUE(no_folder);
  EXPECT_EQ(no_folder->code(), Errc::bad_request);
  EXPECT_NE(std::string_view{no_folder->what()}.find("none: there is no such folder"), std::string_view::npos);
}

}  // namespace
}  // namespace claimcheck::cron
