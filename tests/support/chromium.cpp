#include "tests/support/chromium.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

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

Json Chromium::evaluate(const std::string& tab, const std::string& expression) {
  const Json answer = call("Runtime.evaluate", {{"expression", expression}, {"returnByValue", true}}, tab);
  return answer.at("result").value("value", Json());
}

void Chromium::wait_for(const std::string& tab, const std::string& expression) {
  wait_until(expression, [&] { return evaluate(tab, "!!(" + expression + ")") == true; });
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
  const std::string method = event.value("method", "");
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
