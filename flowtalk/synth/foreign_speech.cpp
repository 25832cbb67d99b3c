// What the synthetic speakers say in other languages: our own sentences, in spellings that
// espeak-ng reads without a dictionary of characters.
#include "flowtalk/synth/foreign_speech.h"

#include <array>
#include <span>
#include <string_view>

namespace flowtalk::synth {
namespace {

// Mandarin, in pinyin with tones.
constexpr std::string_view kMandarin[] = {
    "ma1ma5 ba3 ping2guo3 fang4 zai4 zhuo1zi5 shang5.",
    "ba4ba5 ming2tian1 zao3shang5 qu4 mai3 mian4bao1.",
    "wo3men5 shen2me5 shi2hou5 qu4 Bei3jing1 kan4 peng2you5?",
    "qing3 ba3 men2 guan1 shang5, xie4xie5 ni3.",
    "xue2sheng5men5 xi3huan5 he1 lü4cha2, chi1 shui3jiao3.",
    "jin1tian1 tian1qi4 bu4 hao3, wai4mian4 xia4zhe5 da4yu3.",
    "ta1 bu4 pa4 leng3, pao3bu4 pao3 de5 fei1chang2 kuai4.",
    "mei4mei5 bao4zhe5 mao1, zuo4 zai4 po2po5 pang2bian1.",
    "ni3 de5 shu1bao1 bi3 wo3 de5 piao4liang5.",
    "wei4 shen2me5 bu4 gao4su5 wo3? wo3 zhen1 de5 hen3 sheng1qi4!",
    "fu4jin4 you3 mei2you3 pian2yi5 de5 bin1guan3?",
    "gong1gong4 qi4che1 wan3 le5 ban4 ge5 xiao3shi2.",
    "nü3er2 xue2 hua4 hua4, er2zi5 xue2 tan2 gang1qin2.",
    "lao3shi1 ba3 ben3zi5 fa1 gei3 mei3 yi2 ge5 ren2.",
    "bie2 pa4, man4man4 shuo1, wo3men5 bang1 ni3 xiang3 ban4fa3.",
    "yi1, er4, san1, si4, wu3, liu4, qi1, ba1, jiu3, shi2.",
    "xi1gua1 mai4 wan2 le5, hai2 you3 pu2tao2 he2 bo1luo2.",
    "yue4liang5 sheng1 qi3lai2, hu2 mian4 yi2pian4 yin2bai2.",
    "qing3wen4, huo3che1zhan4 zen3me5 zou3?",
    "ma3lu4 bian1 de5 mei2hua1 kai1 le5, zhen1 mei3!",
    "ta1 mei2 mai3 piao4, suo3yi3 bu4 neng2 jin4men2.",
    "bao4zhi3 shang5 shuo1 ming2nian2 bi3 jin1nian2 nuan3huo5.",
    "wo3 peng2you5 mai3 le5 yi4 ben3 mei3shu4 shu1.",
    "ku1 shen2me5? mei2 guan1xi5, wo3men5 zai4 shi4 yi2 ci4.",
};

// Japanese, in kana.
constexpr std::string_view kJapanese[] = {
    "まいにち、ぱんと ばななを たべます。",
    "あめが ふって、ひこうきが おくれました。",
    "ふじさんは とても きれいですね。",
    "びょういんへ いくまえに、でんわを してください。",
    "ともだちの いえで、ねこと いっしょに あそびました。",
    "ぶたにくと ぴーまんを まぜて、なべで にます。",
    "いもうとは ぴあのを ひくのが すきです。",
    "すみません、えきは どこですか。",
    "みぎに まがって、まっすぐ あるいて ください。",
    "ぼくの かばんは どこに ありますか。",
    "そんなことは ぜったいに ゆるせません。",
    "わあ、びっくりした、おどかさないで。",
    "ばんごはんの まえに、てを あらいましょう。",
    "ぽけっとの なかに、あかい ぼたんが ふたつ あります。",
    "ゆうべは ほしが とても あかるかった。",
    "ちいさな むらで、うまれて そだちました。",
    "らいしゅうの きんようびに、しけんが あります。",
    "おばあさんは まどの そばで ほんを よんで います。",
    "もう いちど、ゆっくり いって ください。",
    "えんぴつと かみを もって、きょうしつへ きて。",
    "いち、に、さん、し、ご、ろく、なな、はち、きゅう、じゅう。",
    "むずかしい もんだいだけど、みんなで かんがえよう。",
    "ちゃわんが われて、みずが こぼれて しまった。",
    "あのひとは まだ なにも しらないと おもいます。",
};

// German.
constexpr std::string_view kGerman[] = {
    "Papa bringt bald die blauen Blumen.",
    "Möchten Sie über die Brücke gehen?",
    "Das Mädchen pflückt rote Äpfel im Garten.",
    "Zwei schöne Häuser stehen am Marktplatz.",
    "Meine Mutter backt am Abend Pflaumenkuchen.",
    "Bitte machen Sie das Fenster zu, mir ist kalt.",
    "Warum hast du mir nichts davon gesagt?",
    "Der Bäcker verkauft Brot, Brezeln und Butter.",
    "Im Frühling blühen überall die Kirschbäume.",
    "Wir haben den Bus verpasst und müssen laufen.",
    "Opa spielt mit dem Baby und singt ein Lied.",
    "Hoffentlich kommt der Zug heute pünktlich an.",
    "Ach, das ist ja eine wunderbare Überraschung!",
    "Niemand wusste, wo der Schlüssel lag.",
    "Am Montag fährt Peter wieder nach Bremen.",
    "Fünf Vögel fliegen über den weiten See.",
};

// Spanish.
constexpr std::string_view kSpanish[] = {
    "Mamá compró pan y bebidas para el bebé.",
    "Mi abuelo vive en un pueblo pequeño.",
    "¿Dónde está la niña que baila con Pablo?",
    "Quiero un vaso de jugo de manzana, por favor.",
    "El barco blanco sube por el río.",
    "Nunca he visto una película tan buena.",
    "Mañana empieza el mercado en la plaza mayor.",
    "¿Por qué no me llamaste ayer por la tarde?",
    "Los pájaros cantan muy temprano en primavera.",
    "Abre la puerta, que viene mi hermano.",
    "Mi amiga Marta prepara pimientos con papas.",
    "El jefe cambió la fecha de la reunión.",
    "No te preocupes, al final sale bien.",
    "Bebimos agua fresca debajo de un limonero.",
    "Hay mucha gente bonita en este barrio.",
    "Uno, dos, tres, cuatro, cinco, seis, siete, ocho.",
};

struct Language {
  std::string_view voice;
  std::span<const std::string_view> sentences;
  double share;  // of the foreign clips
};
constexpr std::array<Language, 4> kLanguages = {{{"cmn-latn-pinyin", kMandarin, 0.35},
                                                 {"ja", kJapanese, 0.35},
                                                 {"es", kSpanish, 0.2},
                                                 {"de", kGerman, 0.1}}};

const Language& draw_language(Rng& rng) {
  double left = rng.uniform(0, 1);
  for (const Language& language : kLanguages) {
    if ((left -= language.share) < 0) return language;
  }
  return kLanguages.back();
}

std::string draw_line(std::span<const std::string_view> sentences, Rng& rng) {
  return std::string(
      sentences[static_cast<size_t>(rng.integer(0, static_cast<int64_t>(sentences.size()) - 1))]);
}

}  // namespace

std::vector<ForeignLine> foreign_lines() {
  std::vector<ForeignLine> lines;
  for (const Language& language : kLanguages) {
    for (const std::string_view text : language.sentences) {
      lines.push_back({std::string(language.voice), std::string(text)});
    }
  }
  return lines;
}

ForeignLine draw_foreign_line(Rng& rng) {
  const Language& language = draw_language(rng);
  ForeignLine line{std::string(language.voice), draw_line(language.sentences, rng)};
  if (rng.chance(0.4)) line.text += ' ' + draw_line(language.sentences, rng);
  return line;
}

}  // namespace flowtalk::synth
