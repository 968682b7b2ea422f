#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace claimcheck::test {

/// How a page is looked at.
struct Look {
  int width = 1000, height = 800;
  std::string scheme = "light";  ///< the reader's preference: or "dark"
  std::string media = "screen";  ///< or "print"
  std::string language = "en";   ///< Accept-Language, and what JavaScript is told
  std::string timezone = "UTC";  ///< of the reader
  bool scripts = true;           ///< whether the reader lets them run
};

/// A real Chromium without a screen, led over its DevTools pipe. It reaches nothing but 127.0.0.1. Belongs to one thread.
class Chromium {
 public:
  Chromium();
  ~Chromium();
  Chromium(const Chromium&) = delete;
  Chromium& operator=(const Chromium&) = delete;

  /// Opens an address in a new tab. @return the tab
  std::string open(const std::string& url);
  /// The same, looked at in another way than usual. Waits until the page is complete.
  std::string open(const std::string& url, const Look& look);
  /// Runs JavaScript in a tab, and waits if that gives a promise. @return its value. Throws what it throws.
  nlohmann::json evaluate(const std::string& tab, const std::string& expression);
  /// Waits until an expression is true in a tab.
  void wait_for(const std::string& tab, const std::string& expression);

  /// Types a key, such as "Tab" or "Enter", or a letter.
  void type(const std::string& tab, const std::string& key);
  /// The whole page as it looks, as a PNG.
  std::string picture(const std::string& tab);
  /// The page on paper, as a PDF.
  std::string print(const std::string& tab);
  /// What the tab has asked servers for, in this order.
  std::vector<std::string> requested(const std::string& tab);
  /// Errors that the tab's pages ran into, such as what their Content-Security-Policy forbids.
  std::vector<std::string> errors(const std::string& tab);

  /// Bytes received of the download that began last.
  std::uint64_t received();
  /// How many downloads are completed.
  int completed();
  /// Presses "Pause" or "Resume" of the newest download in the browser's own list of downloads.
  void press_pause_or_resume();
  /// What that button says: "Pause", "Resume", or nothing if it is not there.
  std::string pause_or_resume();
  /// Where downloads go.
  std::filesystem::path downloads() const { return folder_ / "downloads"; }

 private:
  nlohmann::json call(const std::string& method, const nlohmann::json& parameters, const std::string& session = {});
  /// The next message, if there is one within `limit`.
  bool receive(nlohmann::json& message, std::chrono::milliseconds limit);
  void note(const nlohmann::json& event);
  void take_events();

  TemporaryFolder folder_;
  int commands_ = -1, events_ = -1;
  std::unique_ptr<Process> browser_;
  std::string buffer_, list_;  ///< what came of the next message; the tab with the list of downloads
  int calls_ = 0;
  struct Download {
    std::uint64_t received = 0;
    std::string state;
  };
  std::map<std::string, Download> progress_;
  std::map<std::string, std::vector<std::string>> requested_, errors_;  ///< by tab
  std::string newest_;
};

}  // namespace claimcheck::test
