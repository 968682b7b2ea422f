#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "checks/web_client.h"
#include "core/error.h"
#include "tests/support/api_server.h"

namespace claimcheck::test {

/// One server of each kind for all tests.
struct Servers {
  Servers() {
    authority.issue("right", "DNS:localhost,DNS:api.example.com");
    authority.issue("numeric", "IP:127.0.0.1");
    authority.issue("elsewhere", "DNS:elsewhere.example.com");
    authority.issue("expired", "DNS:localhost", Authority::Validity::over);
    stranger.issue("strange", "DNS:localhost");
  }
  static Servers& shared() {
    static Servers servers;
    return servers;
  }

  Authority authority, stranger;
};

/// Clients of web servers on this machine.
class WebClientContract : public testing::Test {
 protected:
  CheckSettings settings(seconds timeout = seconds{2}) const {
    return {.ca_file = servers_.authority.certificate(), .private_addresses = true, .timeout = timeout};
  }

  Servers& servers_ = Servers::shared();
};

/// The text of the Error{unavailable} that a request ends with; "status N" if it does not.
inline std::string outcome(checks::WebClient& client, const checks::WebRequest& request) {
  try {
    return fmt::format("status {}", client.send(request).status);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::unavailable) << error.what();
    EXPECT_EQ(std::string{error.what()}.find("hush"), std::string::npos) << error.what();
    return error.what();
  }
}

inline std::string outcome(const CheckSettings& settings, const std::string& url) {
  return outcome(*checks::open_web_client(settings, net::system_resolver()),
                 {.url = url + (url.find('?') == std::string::npos ? "?key=hush" : ""),
                  .headers = {{"Authorization", "Bearer hush"}},
                  .body = {}});
}

}  // namespace claimcheck::test
