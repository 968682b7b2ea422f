#include "tests/support/chromium.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "core/base64.h"

namespace claimcheck::test {
namespace {

using Json = nlohmann::json;

/// A named pipe that is open at both ends here, so that neither side waits for the other or sees an end.
int open_pipe(const std::filesystem::path& path) {
  const int fd = ::mkfifo(path.c_str(), 0600) == 0 ? ::open(path.c_str(), O_RDWR | O_CLOEXEC) : -1;
  if (fd < 0) throw std::runtime_error("cannot make " + path.string());
  return fd;
}

/// The newest item of chrome://downloads, or null.
constexpr const char* newest_item =
    "document.querySelector('downloads-manager')?.shadowRoot?.querySelector('downloads-item')?.shadowRoot";

}  // namespace

Chromium::Chromium() : commands_(open_pipe(folder_ / "commands")), events_(open_pipe(folder_ / "events")) {
  std::filesystem::create_directory(downloads());
  browser_ = std::make_unique<Process>(std::vector<std::string>{"bash",
                                                                "-c",
                                                                R"(exec 3<"$1" 4>"$2"; shift 2; exec chromium "$@")",
                                                                "chromium",
                                                                folder_ / "commands",
                                                                folder_ / "events",
                                                                "--headless=new",
                                                                "--no-sandbox",
                                                                "--disable-gpu",
                                                                "--hide-scrollbars",
                                                                "--remote-debugging-pipe",
                                                                "--user-data-dir=" + (folder_ / "profile").string(),
                                                                "--no-first-run",
                                                                "--no-default-browser-check",
                                                                "--disable-background-networking",
                                                                "--disable-component-update",
                                                                "--disable-default-apps",
                                                                "--disable-sync",
                                                                "--disable-extensions",
                                                                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                                                                "about:blank"},
                                       folder_ / "log", std::vector<std::string>{"LANGUAGE=en", "LANG=C.UTF-8"});
  call("Browser.setDownloadBehavior", {{"behavior", "allow"}, {"downloadPath", downloads()}, {"eventsEnabled", true}});
  list_ = open("chrome://downloads/");
}

Chromium::~Chromium() {
  browser_->stop();
  ::close(commands_);
  ::close(events_);
}

std::string Chromium::open(const std::string& url) {
  const Json target = call("Target.createTarget", {{"url", url}});
  return call("Target.attachToTarget", {{"targetId", target.at("targetId")}, {"flatten", true}}).at("sessionId");
}

std::string Chromium::open(const std::string& url, const Look& look) {
  const std::string tab = open("about:blank");
  for (const char* domain : {"Page.enable", "Network.enable", "Log.enable", "Runtime.enable"})
    call(domain, Json::object(), tab);
  call("Emulation.setDeviceMetricsOverride",
       {{"width", look.width}, {"height", look.height}, {"deviceScaleFactor", 1}, {"mobile", false}}, tab);
  const Json scheme{{"name", "prefers-color-scheme"}, {"value", look.scheme}};
  call("Emulation.setEmulatedMedia", {{"media", look.media}, {"features", {scheme}}}, tab);
  call("Emulation.setTimezoneOverride", {{"timezoneId", look.timezone}}, tab);
  call("Emulation.setLocaleOverride", {{"locale", look.language}}, tab);
  // Both Accept-Language and what JavaScript is told; it cannot be set alone.
  call("Emulation.setUserAgentOverride",
       {{"userAgent", call("Browser.getVersion", Json::object()).at("userAgent")}, {"acceptLanguage", look.language}}, tab);
  call("Emulation.setScriptExecutionDisabled", {{"value", !look.scripts}}, tab);
  requested_[tab].clear();
  call("Page.navigate", {{"url", url}}, tab);
  wait_for(tab, "location.href != 'about:blank' && document.readyState == 'complete'");
  return tab;
}

Json Chromium::evaluate(const std::string& tab, const std::string& expression) {
  const Json answer =
      call("Runtime.evaluate", {{"expression", expression}, {"returnByValue", true}, {"awaitPromise", true}}, tab);
  if (answer.contains("exceptionDetails")) throw std::runtime_error(expression + ": " + answer.at("exceptionDetails").dump());
  return answer.at("result").value("value", Json());
}

void Chromium::wait_for(const std::string& tab, const std::string& expression) {
  wait_until(expression, [&] {
    try {
      return evaluate(tab, "!!(" + expression + ")") == true;
    } catch (const std::runtime_error&) {
      return false;  // the tab is on its way to another page
    }
  });
}

void Chromium::type(const std::string& tab, const std::string& key) {
  static const std::map<std::string, int> codes{{"Tab", 9}, {"Enter", 13}, {"Escape", 27}, {" ", 32}};
  const auto code = codes.find(key);
  Json event{{"type", "keyDown"}, {"key", key}};
  if (code != codes.end()) event["windowsVirtualKeyCode"] = code->second;
  if (key.size() == 1) event["text"] = key;
  if (key == "Enter") event["text"] = "\r";
  call("Input.dispatchKeyEvent", event, tab);
  event["type"] = "keyUp";
  call("Input.dispatchKeyEvent", event, tab);
}

std::string Chromium::picture(const std::string& tab) {
  return from_base64(call("Page.captureScreenshot", {{"format", "png"}, {"captureBeyondViewport", true}}, tab)
                         .at("data")
                         .get<std::string>())
      .value();
}

std::string Chromium::print(const std::string& tab) {
  return from_base64(call("Page.printToPDF", {{"printBackground", false}}, tab).at("data").get<std::string>()).value();
}

std::vector<std::string> Chromium::requested(const std::string& tab) {
  take_events();
  return requested_[tab];
}

std::vector<std::string> Chromium::errors(const std::string& tab) {
  take_events();
  return errors_[tab];
}

std::uint64_t Chromium::received() {
  take_events();
  return progress_[newest_].received;
}

int Chromium::completed() {
  take_events();
  return static_cast<int>(
      std::ranges::count_if(progress_, [](const auto& download) { return download.second.state == "completed"; }));
}

void Chromium::press_pause_or_resume() {
  wait_for(list_, std::string{newest_item} + "?.querySelector('#pause-or-resume')");
  evaluate(list_, std::string{newest_item} + ".querySelector('#pause-or-resume').click()");
}

std::string Chromium::pause_or_resume() {
  const Json text = evaluate(list_, std::string{"(() => { const button = "} + newest_item +
                                        "?.querySelector('#pause-or-resume'); return button && !button.hidden ? "
                                        "button.textContent.trim() : ''; })()");
  return text.is_string() ? text.get<std::string>() : "";
}

Json Chromium::call(const std::string& method, const Json& parameters, const std::string& session) {
  const int id = ++calls_;
  Json command{{"id", id}, {"method", method}, {"params", parameters}};
  if (!session.empty()) command["sessionId"] = session;
  std::string text = command.dump();
  text += '\0';
  if (::write(commands_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("Chromium takes no commands");
  Json message;
  while (receive(message, std::chrono::seconds{30})) {
    if (message.value("id", 0) == id) {
      if (message.contains("error")) throw std::runtime_error(method + ": " + message.at("error").dump());
      return message.at("result");
    }
    note(message);
  }
  throw std::runtime_error("Chromium does not answer " + method + "\n" + read_file(folder_ / "log"));
}

bool Chromium::receive(Json& message, std::chrono::milliseconds limit) {
  for (;;) {
    if (const std::size_t end = buffer_.find('\0'); end != std::string::npos) {
      message = Json::parse(buffer_.substr(0, end));
      buffer_.erase(0, end + 1);
      return true;
    }
    pollfd watched{.fd = events_, .events = POLLIN, .revents = 0};
    if (::poll(&watched, 1, static_cast<int>(limit.count())) <= 0) return false;
    std::array<char, 65536> bytes{};
    const ssize_t count = ::read(events_, bytes.data(), bytes.size());
    if (count <= 0) return false;
    buffer_.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

void Chromium::note(const Json& event) {
  const std::string method = event.value("method", ""), tab = event.value("sessionId", "");
  if (method == "Network.requestWillBeSent") requested_[tab].push_back(event.at("params").at("request").at("url"));
  if (method == "Runtime.exceptionThrown") errors_[tab].push_back(event.at("params").at("exceptionDetails").dump());
  // An answer of 4xx is told there too, but is no fault of the page.
  if (method == "Log.entryAdded" && event.at("params").at("entry").at("level") == "error" &&
      event.at("params").at("entry").at("source") != "network")
    errors_[tab].push_back(event.at("params").at("entry").at("text"));
  if (method != "Browser.downloadWillBegin" && method != "Browser.downloadProgress") return;
  const Json& download = event.at("params");
  const std::string id = download.at("guid");
  if (method == "Browser.downloadWillBegin") {
    newest_ = id;
  } else {
    progress_[id] = {.received = static_cast<std::uint64_t>(download.at("receivedBytes").get<double>()),
                     .state = download.at("state")};
  }
}

void Chromium::take_events() {
  Json message;
  while (receive(message, std::chrono::milliseconds{0})) note(message);
}

}  // namespace claimcheck::test
