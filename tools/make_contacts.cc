// Makes examples/contacts.csv: people who do not exist. Their numbers are of a range that the country's regulator keeps for
// fiction where libphonenumber knows such a range as valid (it does not know Britain's 07700 900xxx), else near its example
// number.
//
//   g++ -O1 -o /tmp/make_contacts tools/make_contacts.cc -lphonenumber && /tmp/make_contacts > examples/contacts.csv
//   /tmp/make_contacts --check examples/contacts.csv
//
// The same every time. First and last names are common ones of the country, put together at random; about 3 % have no
// first name. custom1 is the level of a loyalty card.
#include <algorithm>
#include <clocale>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <phonenumbers/phonenumberutil.h>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;
using Words = std::vector<std::string>;

static const int total = 10000;
static const char *const header = "number,first_name,last_name,custom1";

// In `fiction`, '?' is any digit and '#' one from 1 to 9.
struct Country {
	const char *region;
	Words first, last, fiction{};
};

static const Words english_first{"Olivia", "Amelia", "Isla", "Ava", "Grace", "Freya", "Oliver", "George", "Noah", "Arthur", "Harry", "Leo"};
static const Words english_last{"Smith", "Jones", "Taylor", "Brown", "Williams", "Wilson", "Davies", "Evans", "Walker", "Wright"};
static const Words spanish_first{"Lucía", "Sofía", "María", "Martina", "Paula", "Hugo", "Mateo", "Martín", "Álvaro", "José", "Íñigo", "Begoña"};
static const Words spanish_last{"García", "Rodríguez", "González", "Fernández", "López", "Martínez", "Sánchez", "Pérez", "Muñoz", "Ibáñez"};
static const Words portuguese_first{"Maria", "Ana", "Beatriz", "Inês", "João", "Francisco", "Tomás", "Antônio", "Luís", "Conceição"};
static const Words portuguese_last{"Silva", "Santos", "Ferreira", "Pereira", "Oliveira", "Costa", "Araújo", "Gonçalves", "Magalhães"};
static const Words arabic_first{"محمد", "أحمد", "علي", "حسن", "يوسف", "فاطمة", "مريم", "عائشة", "نور", "ليلى"};
static const Words arabic_last{"الأحمد", "حداد", "خوري", "منصور", "صالح", "عبد الله", "النجار", "سليمان"};
static const Words cyrillic_first{"Анна", "Мария", "Елена", "Ольга", "Наталья", "Александр", "Дмитрий", "Иван", "Сергей", "Михаил"};
static const Words cyrillic_last{"Коваленко", "Бондаренко", "Ткаченко", "Шевченко", "Олейник", "Лысенко", "Мороз", "Павленко"};

static const Country countries[] = {
	{"GB", english_first, english_last, {"+442079460???", "+441614960???", "+441174960???", "+442920180???"}},
	{"US", english_first, english_last, {"+120255501??", "+121255501??", "+131255501??", "+141555501??", "+161755501??", "+120655501??"}},
	{"AU", english_first, english_last, {"+6125550????", "+6127010????", "+6137010????", "+6177010????"}},
	{"CA", english_first, english_last, {"+141655501??", "+151455501??", "+160455501??", "+140355501??", "+161355501??"}},
	{"ZA", {"Thabo", "Sipho", "Lerato", "Nomsa", "Johan", "Anika", "Zanele", "Pieter"}, {"Nkosi", "Dlamini", "Botha", "Naidoo", "Mokoena", "Khumalo"}},
	{"NG", {"Chidi", "Ngozi", "Emeka", "Adaeze", "Tunde", "Yetunde", "Ifeoma", "Oluwaseun"}, {"Okafor", "Adeyemi", "Balogun", "Eze", "Ibrahim", "Nwosu"}},
	{"KE", {"Wanjiru", "Otieno", "Akinyi", "Kamau", "Njeri", "Mwangi"}, {"Odhiambo", "Kariuki", "Wambui", "Omondi", "Kiplagat"}},
	{"ES", spanish_first, spanish_last},
	{"MX", spanish_first, spanish_last},
	{"CO", spanish_first, spanish_last},
	{"AR", spanish_first, spanish_last},
	{"CL", spanish_first, spanish_last},
	{"BR", portuguese_first, portuguese_last},
	{"PT", portuguese_first, portuguese_last},
	{"FR", {"Chloé", "Zoé", "Anaïs", "Hélène", "Noël", "François", "René", "Maëlle", "Jérôme", "Benoît"}, {"Martin", "Bernard", "Lefèvre", "Müller", "Gérard", "Béranger", "Rousseau", "Lemaître"}},
	{"DE", {"Jürgen", "Käthe", "Björn", "Sören", "Anja", "Jörg", "Günther", "Mia", "Lena", "Emma"}, {"Müller", "Schäfer", "Weiß", "Köhler", "Schröder", "Groß", "Bäcker", "Vogel"}},
	{"IT", {"Giulia", "Niccolò", "Chiara", "Matteo", "Francesca", "Nicolò", "Alessia", "Davide"}, {"Rossi", "Russo", "Ferrari", "Esposito", "Bianchi", "Romano", "D'Angelo"}},
	{"NL", {"Sanne", "Daan", "Fleur", "Bram", "Lotte", "Joris"}, {"de Vries", "van den Berg", "Bakker", "Jansen", "Visser"}},
	{"SE", {"Åsa", "Göran", "Märta", "Björn", "Elsa", "Håkan"}, {"Andersson", "Lindström", "Sjöberg", "Öberg", "Nyström"}, {"+467017406#?", "+468465004??", "+463139006??", "+464062804??"}},
	{"PL", {"Łukasz", "Małgorzata", "Paweł", "Zofia", "Jędrzej", "Agnieszka"}, {"Kowalski", "Wiśniewska", "Wójcik", "Kamiński", "Zieliński", "Dąbrowski"}},
	{"CZ", {"Jiří", "Tereza", "Ondřej", "Kateřina", "Lukáš", "Eliška"}, {"Novák", "Svoboda", "Dvořák", "Černý", "Procházka"}},
	{"HU", {"Zsófia", "Bence", "Ágnes", "László", "Réka", "Gergő"}, {"Nagy", "Kovács", "Tóth", "Szabó", "Horváth"}},
	{"TR", {"Ayşe", "Mehmet", "Zeynep", "Çağla", "Oğuz", "Gül", "İbrahim"}, {"Yılmaz", "Kaya", "Demir", "Çelik", "Şahin", "Öztürk"}},
	{"GR", {"Μαρία", "Γιώργος", "Ελένη", "Νίκος", "Κατερίνα", "Δημήτρης"}, {"Παπαδόπουλος", "Βλάχος", "Αγγελόπουλος", "Νικολαΐδης", "Γεωργίου"}},
	{"UA", {"Олена", "Андрій", "Оксана", "Тарас", "Юлія", "Євген"}, cyrillic_last},
	{"KZ", cyrillic_first, {"Ахметов", "Омаров", "Нурланов", "Ким", "Сулейменов"}},
	{"EG", arabic_first, arabic_last},
	{"SA", arabic_first, arabic_last},
	{"AE", arabic_first, arabic_last},
	{"MA", arabic_first, arabic_last},
	{"IL", {"נועה", "איתי", "תמר", "יונתן", "שירה", "אורי"}, {"כהן", "לוי", "מזרחי", "פרץ", "ביטון"}},
	{"IN", {"आरव", "अनन्या", "प्रिया", "विवेक", "सुनीता", "राहुल", "दीपिका"}, {"शर्मा", "वर्मा", "गुप्ता", "सिंह", "पटेल", "कुमार"}},
	{"BD", {"রহিম", "সুমাইয়া", "আয়েশা", "করিম", "নুসরাত"}, {"হোসেন", "ইসলাম", "আক্তার", "চৌধুরী"}},
	{"TH", {"สมชาย", "สุดา", "นภา", "วิชัย", "มาลี"}, {"ใจดี", "ศรีสุข", "วงศ์ไทย", "แสงทอง"}},
	{"JP", {"さくら", "陽翔", "美咲", "健太", "ハナコ"}, {"佐藤", "鈴木", "高橋", "田中", "伊藤"}},
	{"KR", {"지우", "민준", "서연", "하은", "도윤"}, {"김", "이", "박", "최", "정"}},
	{"TW", {"怡君", "志明", "雅婷", "家豪", "淑芬"}, {"陳", "林", "黃", "張", "李"}},
	{"SG", {"Wei Ling", "Jun Jie", "Siti", "Arjun", "Hui Min"}, {"Tan", "Lim", "Lee", "Ng", "Kumar"}},
	{"ID", {"Dewi", "Budi", "Siti", "Agus", "Putri"}, {"Santoso", "Wijaya", "Pratama", "Lestari"}},
	{"PH", {"Maria", "Jose", "Angel", "Mark", "Kristine"}, {"Santos", "Reyes", "Cruz", "Bautista", "Dela Cruz"}},
};
static const size_t n_countries = sizeof(countries) / sizeof(countries[0]);

// xorshift64*: the same on every machine.
static uint64_t state = 0x9e3779b97f4a7c15u;
static size_t below(size_t n)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (size_t)((state * 0x2545f4914f6cdd1du) >> 33) % n;
}

static const std::string &one_of(const Words &words)
{
	return words[below(words.size())];
}

static std::string number_near(const PhoneNumber &example, const PhoneNumberUtil &util)
{
	for (;;) {
		std::string national;
		PhoneNumber number(example);
		util.GetNationalSignificantNumber(example, &national);
		for (size_t i = national.size() - 4; i < national.size(); i++)
			national[i] = (char)('0' + below(10));
		number.set_national_number(std::stoull(national));
		std::string text;
		util.Format(number, PhoneNumberUtil::E164, &text);
		if (util.IsValidNumber(number))
			return text;
	}
}

static std::string fictional(const Country &c)
{
	std::string text = one_of(c.fiction);
	for (char &digit : text)
		if (digit == '?' || digit == '#')
			digit = (char)(digit == '?' ? '0' + below(10) : '1' + below(9));
	return text;
}

static int make()
{
	static const Words levels{"gold", "silver", "bronze", "platinum"};
	const PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();
	std::set<std::string> used;
	std::cout << header << '\n';
	while (used.size() < (size_t)total) {
		const Country &c = countries[below(n_countries)];
		PhoneNumber example;
		if (!util.GetExampleNumberForType(c.region, PhoneNumberUtil::MOBILE, &example))
			return 1;
		std::string number = c.fiction.empty() ? number_near(example, util) : fictional(c);
		if (!used.insert(number).second)
			continue;
		std::string first = below(100) < 3 ? "" : one_of(c.first);
		std::cout << number << ',' << first << ',' << one_of(c.last) << ',' << one_of(levels) << '\n';
	}
	return 0;
}

// What is wrong with a line beside its number; empty when nothing is.
static const char *fault_of(const std::string &line)
{
	size_t n = line.find(',');
	if (std::count(line.begin(), line.end(), ',') != 3 || line.find('"') != std::string::npos)
		return "not four plain columns";
	if (mbstowcs(nullptr, line.c_str(), 0) == (size_t)-1)
		return "not UTF-8";
	if (line[0] != '+' || line.find_first_not_of("0123456789", 1) != n || n < 8 || n > 16)
		return "not + and 7 to 15 digits";
	return "";
}

static int check(const char *path)
{
	const PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();
	std::ifstream file(path);
	std::string line;
	std::set<std::string> used;
	std::map<std::string, int> regions;
	int bad = 0, nameless = 0;
	setlocale(LC_ALL, "C.UTF-8");
	std::getline(file, line);
	if (line != header)
		bad++, printf("the header is not %s\n", header);
	while (std::getline(file, line)) {
		std::string text = line.substr(0, line.find(',')), region;
		PhoneNumber number;
		const char *fault = fault_of(line);
		if (!*fault && (util.Parse(text, "ZZ", &number) != PhoneNumberUtil::NO_PARSING_ERROR || !util.IsValidNumber(number)))
			fault = "not a valid number";
		if (!*fault && !used.insert(text).second)
			fault = "a number twice";
		if (*fault) {
			bad++, printf("%s: %s\n", fault, line.c_str());
			continue;
		}
		util.GetRegionCodeForNumber(number, &region);
		regions[region]++;
		nameless += line.find(",,") == text.size();
	}
	printf("%zu numbers, %zu countries, %d without a first name, %d faults\n", used.size(), regions.size(), nameless, bad);
	return bad > 0 || used.size() != (size_t)total || regions.size() < 20 || nameless == 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--check") == 0)
		return check(argv[2]);
	return make();
}
