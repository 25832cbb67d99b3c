#include "flowtalk/synth/sentences.h"

#include <cctype>
#include <iterator>

namespace flowtalk::synth {
namespace {

constexpr std::string_view kWritten[] = {
    "My baby brother bumped his elbow on the big blue tub.",
    "Papa put the apple pie by the open window.",
    "Mama bought a pump to empty the damp basement.",
    "Bob and Pam may come by on Monday.",
    "The lamb jumped over the broken lamp.",
    "Maybe the plumber will bring a better pipe.",
    "Please help me keep the puppies out of the soup.",
    "A bumblebee climbed up the purple plum.",
    "Tom's map shows both rivers and the bamboo bridge.",
    "We hope the tape will stop the pipe from dripping.",
    "Five brave foxes leave the vivid forest.",
    "Vera found a very fine violin above the stove.",
    "The chief of the village gave us fresh coffee.",
    "Have you ever driven a van over the river?",
    "Half the leaves fell off before the first frost.",
    "They think the other path is smoother than this one.",
    "Both brothers bathe in the northern bay every month.",
    "Three thin threads hold the feather together.",
    "Whether the weather is warm or not, we gather there.",
    "She sells fresh fish by the shore on Sundays.",
    "The usual treasure was hidden beneath a beige garage.",
    "Joyful children cheered as the judge changed his mind.",
    "A huge giraffe chewed the orange hedge.",
    "Charge the machine before you watch the match.",
    "George wishes to finish the picture for his niece.",
    "Zoe's cousin chose roses and daisies for the prize.",
    "Those noisy buses always pass as we doze.",
    "Sue used sixty pieces of cedar for the sauna.",
    "The zoo closes at six, so please be quick.",
    "Calm your father; the car is parked in the yard.",
    "Our large dog got lost along the rocky coast.",
    "All autumn long, Paul walks to the law office.",
    "The author bought a small house on the lawn.",
    "How loud was the crowd around the fountain downtown?",
    "Now the brown cow bows down by the tower.",
    "I might try to drive by the tiny island tonight.",
    "Why is the white kite flying so high in July?",
    "Roy enjoyed the noisy toy his boy destroyed.",
    "Oil the coins and avoid any moisture.",
    "Go home slowly, for the road is cold and snowy.",
    "No one knows who owns the old yellow boat.",
    "Wait, they say the train came late again today.",
    "Eight gray apes ate the cake in the shade.",
    "Ten men sent every letter from the center.",
    "The red shed held seven pens and a bell.",
    "Sit still until the little ship drifts in.",
    "Bill's twin sister lives in a brick mill.",
    "We see three green trees beneath the peak.",
    "Each week these keen teams meet to speak.",
    "Look, the good cook put sugar in the wooden bowl.",
    "You should have pushed the bookcase by a foot.",
    "Two new blue shoes grew loose too soon.",
    "The moon soothes the moody crew in June.",
    "Nothing must come between us and lunch.",
    "Some of the young ducks love the muddy country.",
    "Her first word was learned early in the third term.",
    "The nurse heard birds chirp on the church dirt.",
    "Ask Ann to pack that black hat and the glass lamp.",
    "A happy man can plan and laugh at last.",
    "The fat cat sat on a map of Japan.",
    "Are you sure the tour is secure and pure?",
    "Here, dear, the pier appears clear from the rear.",
    "Where were the bears when their chairs were repaired?",
    "Hour after hour, the fire burned higher.",
    "Four more orders were stored by the northern door.",
    "Bring the king a long string and a spring ring.",
    "The singer was hanging pink things along the wing.",
    "Quick questions require quiet, equal answers.",
    "We will wear wool while the wind wails.",
    "Yes, you used yellow yarn last year.",
    "Hold the heavy hammer with your whole hand.",
    "Who has heard her humming behind the house?",
    "Let Lily fill the little yellow bottle with oil.",
    "Rarely do rural roads run right round the river.",
    "Get the guitar and give it to the eager girl.",
    "Keep the cookies in the kitchen closet, okay?",
    "Do not add a dozen dead daisies to the dish.",
    "Ted told Kate to take a taxi to the station.",
    "Nine nuns planned an evening on the ocean.",
    "Strong storms strike the stone streets.",
    "Twelve clowns split the fresh strawberries.",
    "The sixth month brought months of thick clouds.",
    "Glimpses of the asp amazed the helpful scribe.",
    "What a wonderful surprise this is!",
    "I really do not want to talk about it.",
    "Could you open the door for me, please?",
    "I have never seen anything like that before.",
    "Everyone told me that it would be fine.",
    "That is the last thing I expected to hear.",
    "We waited all day and nobody came.",
    "Please stop making that noise.",
    "It smells as if something burned in here.",
    "You always find a way to make me smile.",
    "I am afraid there is someone behind us.",
    "He thinks he is better than all of us.",
    "My best friend is moving back to town.",
    "This is my favorite part of the film.",
    "Leave me alone for a moment, will you?",
    "Oh my, look at the size of that boat.",
    "I miss the summers by my grandmother's pond.",
    "How could you possibly forget about me?",
    "Somebody moved my papers from the table.",
    "Well, that was about as useful as a paper umbrella.",
    "The old map promised more than it could prove.",
    "Maybe tomorrow we can begin again.",
    "Perhaps my problem is not a big problem at all.",
    "Before breakfast, Pamela swam to the far buoy.",
    "Push both buttons, then pull the blue handle.",
    "Numbers may amuse a mathematician more than a poem.",
    "Robin brought me a bag of pumpkins from the farm.",
    "A map, a lamp, a cup and a mop; that is all.",
    "Oh no, not now. Ah, all right. Are we off?",
    "Up above the cabin, a plump pigeon wobbled.",
    "Mothers and babies may board the boat at once.",
    "The bamboo pipe was made by a member of my family.",
    "Apples, bananas, plums and peaches are on the menu.",
    "Bobby's pop song became a number one hit.",
    "Our mayor may ban big buses from the main bridge.",
    "Do you remember the smell of pepper and pine?",
    "The comb is beneath the pillow by the lamp.",
    "Somehow the empty bottle tumbled from the top step.",
    "It must be possible to improve this simple map.",
    "Hop up, step back, bend, and jump again.",
    "An optimist opens an umbrella and hopes for sun.",
    "I promise to bring my camera to the picnic.",
    "Mum made blackberry jam on Wednesday afternoon.",
    "They built a small temple above the abbey.",
    "Who am I to blame Bob for a bad map?",
    "Come in, sit down, and tell me about your trip.",
    "The report explains why the price of bread went up.",
    "Time and again, patience pays off in the end.",
    "The storm blew over, but the power stayed off.",
    "Her voice was calm, almost too calm.",
    "Nothing in the box belongs to you.",
    "A long song about love was on the radio.",
    "He ought to have called the office at four.",
    "The boss tossed a coffee cup across the hall.",
    "Father calmly parked the car in the dark barn.",
    "The dawn fog along the lawn was gone by noon.",
    "Add a dash of salt and a splash of lemon.",
    "That man has an apple and a bag of candy.",
    "The captain had a nap after the lamb supper.",
    "Ned said he felt better when Ben left.",
    "Send the best men to mend the fence.",
    "Rome was not built in a day, you know.",
    "Joe's boat floated past the stone bridge at dawn.",
    "Nobody told Rosa about the broken phone.",
    "My bike might slide on ice at night.",
    "Mind the time, or we may miss the five o'clock bus.",
    "Around noon, a proud owl flew out of town.",
    "Thank you for calling, and have a pleasant day.",
    "Your number is important; please hold the line.",
    "Enter the code, then press the star button.",
    "The meeting will begin at a quarter past eleven.",
    "Zero, one, two, three, four, five, six, seven, eight, nine, ten.",
    "Alpha, bravo, papa, mike, november, oscar, victor, zulu.",
    "I beg your pardon, could you repeat that?",
    "Imagine a warm beach and a gentle breeze.",
    "Every small step brings you closer to the summit.",
    "The museum of modern art opens at noon.",
    "Bumpy roads and broken bumpers, what a morning.",
    "Without a doubt, that is the best soup in the world.",
    "She poured warm milk over a bowl of berries.",
    "My neighbor's parrot mumbles poems before bedtime.",
    "Both of them moved into an apartment above the bakery.",
    "He laughed, clapped his hands, and asked for an encore.",
    "I would rather watch the birds than argue about it.",
    "The final chapter surprised almost everybody.",
};

using Words = std::span<const std::string_view>;

constexpr std::string_view kNouns[] = {
    "map",     "boat",   "apple",  "pumpkin", "camera",  "letter", "bottle", "hammer",  "garden",
    "window",  "basket", "mirror", "puppy",   "lamp",    "table",  "bamboo", "kitchen", "umbrella",
    "piano",   "mango",  "bridge", "balloon", "coffee",  "oven",   "button", "monkey",  "poem",
    "chair",   "violin", "shovel", "orange",  "feather", "hat",    "box",    "ball",    "garage",
    "tower",   "engine", "cloth",  "fish",    "jewel",   "pillow", "soup",   "bus",     "picture",
    "journal", "rabbit", "cabin",  "path",    "mouse",   "toy",    "ham",    "comb",    "watch"};
constexpr std::string_view kAdjectives[] = {
    "big",     "blue",   "broken", "empty",     "simple", "warm",  "purple", "brown", "heavy",
    "quiet",   "yellow", "small",  "beautiful", "rapid",  "old",   "awful",  "happy", "famous",
    "soft",    "modern", "polite", "black",     "round",  "sharp", "pale",   "damp",  "narrow",
    "royal",   "fresh",  "thick",  "smooth",    "noisy",  "cheap", "proud",  "vague", "plump",
    "unusual", "orange", "rough",  "odd",       "calm",   "bumpy"};
constexpr std::string_view kNames[] = {"Bob",     "Pamela", "Mama",    "Robin", "Thomas", "Vera",
                                       "George",  "Zoe",    "Paula",   "Anna",  "Omar",   "Fiona",
                                       "Martha",  "Hugo",   "Ibrahim", "Joyce", "Peter",  "Emma",
                                       "Malcolm", "Beth",   "Philip",  "Oscar", "Ruby",   "Adam",
                                       "Wanda",   "Bobby",  "Maya",    "Chuck", "Yvonne", "Papa"};
constexpr std::string_view kPastVerbs[] = {
    "bought",  "moved",    "opened",   "painted", "broke",  "borrowed", "pushed",  "caught",
    "washed",  "brought",  "grabbed",  "made",    "found",  "dropped",  "admired", "carried",
    "forgot",  "repaired", "sold",     "bumped",  "hid",    "watched",  "climbed", "chose",
    "wrapped", "saved",    "ruined",   "left",    "showed", "mopped",   "stole",   "tasted",
    "named",   "checked",  "measured", "lifted"};
constexpr std::string_view kPlaces[] = {
    "by the pond",       "in the basement",    "above the bakery", "near the market",
    "at the office",     "behind the barn",    "on the platform",  "under the bridge",
    "in a park",         "across the harbor",  "beside my house",  "before the church",
    "along the coast",   "inside the mall",    "at my mother's",   "on top of the bus",
    "between two rocks", "in the north tower", "far from home",    "over the rainbow",
    "at the zoo",        "in the workshop",    "by the back door", "among the apple trees"};
constexpr std::string_view kTimes[] = {
    "this morning",   "on Monday",       "before breakfast", "at half past five", "last autumn",
    "in November",    "every summer",    "after the opera",  "around noon",       "tomorrow",
    "at midnight",    "before the show", "on my birthday",   "next week",         "all day long",
    "once a month",   "by Thursday",     "in the meantime",  "after all",         "for an hour",
    "the whole time", "again and again"};
constexpr std::string_view kNumbers[] = {
    "two",    "three",  "four",  "five",      "six",         "seven", "eight", "nine",
    "eleven", "twelve", "forty", "a pair of", "a couple of", "some",  "many",  "both"};
constexpr std::string_view kOpeners[] = {"Maybe",
                                         "I hope",
                                         "They say",
                                         "You know",
                                         "Everybody thinks",
                                         "My guess is",
                                         "Of course",
                                         "I am happy that",
                                         "It seems",
                                         "Remember,",
                                         "Oh boy,",
                                         "Believe me,",
                                         "I am afraid",
                                         "Look,",
                                         "Perhaps",
                                         "Apparently,",
                                         "To be honest,",
                                         "It is odd that",
                                         "Nobody minds that",
                                         "I promise"};

// n noun, a adjective, N name, v verb, p place, t time, # number, o opener.
constexpr std::string_view kTemplates[] = {"@N @v the @a @n @p.",
                                           "@o @N @v my @n @t.",
                                           "Please put the @a @n @p.",
                                           "Why did @N leave # @a @n @p?",
                                           "@N and @N @v a @n @t.",
                                           "The @a @n was @a and the @n was @a.",
                                           "Where is the @n that @N @v @t?",
                                           "Bring me a @n, a @n and a @a @n.",
                                           "@o the @n @p is too @a.",
                                           "@N may come by @t with the @a @n.",
                                           "My @n, your @n, and the @a @n of @N.",
                                           "Both @N and the @n were @a @t.",
                                           "What a @a @n you have!",
                                           "Do not move the @n @p before @N comes.",
                                           "Give @N # apples, # plums and a @n.",
                                           "@o nobody @v the @n, but @N @v the @n.",
                                           "A @a @n and a @a @n, how @a!",
                                           "Stop! That @n belongs to @N.",
                                           "@t, @N @v a @a @n @p.",
                                           "Mum @v # maps and papa @v the @n.",
                                           "Could you show me the @a @n @p?",
                                           "I am sure that the @n is as @a as the @n.",
                                           "@N asked about the @n, the @n, and the @a @n.",
                                           "If @N @v the @n, who @v the @a one?"};

Words words_of(char mark) {
  switch (mark) {
    case 'n':
      return kNouns;
    case 'a':
      return kAdjectives;
    case 'N':
      return kNames;
    case 'v':
      return kPastVerbs;
    case 'p':
      return kPlaces;
    case 't':
      return kTimes;
    default:
      return kOpeners;
  }
}

std::string_view pick(Words words, Rng& rng) {
  return words[static_cast<size_t>(rng.integer(0, static_cast<int64_t>(words.size()) - 1))];
}

std::string fill(std::string_view form, Rng& rng) {
  std::string text;
  for (size_t i = 0; i < form.size(); ++i) {
    if (form[i] == '#') {
      text += pick(kNumbers, rng);
    } else if (form[i] == '@') {
      text += pick(words_of(form[++i]), rng);
    } else {
      text += form[i];
    }
  }
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text;
}

// Every tenth hand-written sentence is for validation, every tenth for tests.
bool belongs(int64_t written, SentenceGroup group) {
  const int64_t place = written % 10;
  switch (group) {
    case SentenceGroup::kTrain:
      return place < 8;
    case SentenceGroup::kValidation:
      return place == 8;
    case SentenceGroup::kTest:
      return place == 9;
    case SentenceGroup::kAny:
      break;
  }
  return true;
}

std::string draw_one(Rng& rng, SentenceGroup group) {
  if (!rng.chance(0.35)) return fill(pick(kTemplates, rng), rng);
  int64_t written = 0;
  do {
    written = rng.integer(0, static_cast<int64_t>(std::size(kWritten)) - 1);
  } while (!belongs(written, group));
  return std::string(kWritten[written]);
}

}  // namespace

std::span<const std::string_view> written_sentences() { return kWritten; }

std::string draw_sentence(Rng& rng, SentenceGroup group) {
  std::string text = draw_one(rng, group);
  if (rng.chance(0.25)) {
    text += ' ';
    text += draw_one(rng, group);
  }
  return text;
}

}  // namespace flowtalk::synth
