// The commands: each takes the words after its name, throws flowtalk::Error, and returns the exit
// code. One file per command.
#pragma once

#include <string>
#include <vector>

namespace flowtalk::apps {

int talk(const std::vector<std::string>& args);
int predict(const std::vector<std::string>& args);
int live(const std::vector<std::string>& args);
int encode(const std::vector<std::string>& args);
int render(const std::vector<std::string>& args);
int data(const std::vector<std::string>& args);
int train(const std::vector<std::string>& args);  // hands over to flowtalk-train
int import_foreign(const std::vector<std::string>& args);
int export_motion(const std::vector<std::string>& args);
int evaluate(const std::vector<std::string>& args);
int score(const std::vector<std::string>& args);
int restyle(const std::vector<std::string>& args);
int inspect(const std::vector<std::string>& args);
int version(const std::vector<std::string>& args);

}  // namespace flowtalk::apps
