#include "tests/support/axe.h"

namespace claimcheck::test {

std::vector<std::string> accessibility_faults(Chromium& chromium, const std::string& tab) {
  chromium.evaluate(tab, read_file(CLAIMCHECK_SOURCE_DIR "/build/npm/node_modules/axe-core/axe.min.js") + "; true");
  return chromium.evaluate(tab,
                           "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', "
                           "'best-practice']}).then(found => found.violations.flatMap(rule => rule.nodes.map(node => rule.id + "
                           "': ' + rule.help + ' ' + node.html + ' ' + node.failureSummary)))");
}

}  // namespace claimcheck::test
