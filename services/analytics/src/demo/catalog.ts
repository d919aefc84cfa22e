import type { AppKindName } from "./app-kinds.js";

/** Apps that somebody might have had generated, the largest first. */
export const appNames: readonly (readonly [name: string, kind: AppKindName, market: Market])[] = [
  ["Bean There", "food", "us-east"],
  ["Kleine Freude", "shop", "germany"],
  ["Murmur", "social", "us-west"],
  ["Stride Daily", "fitness", "uk"],
  ["Shabdkosh", "learning", "india"],
  ["Pocket Ledger", "finance", "us-east"],
  ["Wanderlicht", "travel", "germany"],
  ["Taskloom", "tools", "uk"],
  ["Momo House", "food", "nepal"],
  ["Kopfnuss", "learning", "germany"],
  ["Feira Livre", "shop", "brazil"],
  ["Ginza Closet", "shop", "japan"],
  ["Tidepool", "social", "australia"],
  ["Lift Log", "fitness", "us-west"],
  ["Rupee Wise", "finance", "india"],
  ["Nordlicht Touren", "travel", "germany"],
  ["Hank's Hardware", "shop", "us-east"],
  ["Chai Point Club", "food", "india"],
  ["Brushstroke", "learning", "uk"],
  ["Quiet Hours", "fitness", "us-west"],
  ["Padaria Sol", "food", "brazil"],
  ["Shiftboard", "tools", "us-east"],
  ["Otaru Trips", "travel", "japan"],
  ["Greenhouse Diary", "tools", "germany"],
  ["Harbour Market", "shop", "australia"],
  ["Book Nook", "social", "uk"],
  ["Yeti Treks", "travel", "nepal"],
  ["Split It", "finance", "uk"],
  ["Lunchbox Kids", "food", "us-west"],
  ["Vinyl Crate", "shop", "uk"],
  ["Kanji Steps", "learning", "japan"],
  ["Dawn Runners", "fitness", "australia"],
  ["Capoeira Online", "fitness", "brazil"],
  ["Club Minutes", "tools", "germany"],
  ["Paws & Claws", "social", "us-east"],
  ["Saving Goals", "finance", "us-west"],
];

/** Where an app's people live: their clocks, languages and phones. */
export const markets = {
  germany: {
    timezone: "Europe/Berlin",
    country: "DE",
    locales: [
      ["de-DE", 9],
      ["en-US", 1],
      ["tr-TR", 1],
    ],
    ios: 0.38,
  },
  uk: {
    timezone: "Europe/London",
    country: "GB",
    locales: [
      ["en-GB", 10],
      ["pl-PL", 0.5],
    ],
    ios: 0.5,
  },
  "us-east": {
    timezone: "America/New_York",
    country: "US",
    locales: [
      ["en-US", 9],
      ["es-US", 1.5],
    ],
    ios: 0.57,
  },
  "us-west": {
    timezone: "America/Los_Angeles",
    country: "US",
    locales: [
      ["en-US", 9],
      ["es-US", 2],
    ],
    ios: 0.6,
  },
  india: {
    timezone: "Asia/Kolkata",
    country: "IN",
    locales: [
      ["en-IN", 6],
      ["hi-IN", 4],
    ],
    ios: 0.06,
  },
  nepal: {
    timezone: "Asia/Kathmandu",
    country: "NP",
    locales: [
      ["ne-NP", 6],
      ["en-US", 3],
    ],
    ios: 0.12,
  },
  brazil: { timezone: "America/Sao_Paulo", country: "BR", locales: [["pt-BR", 10]], ios: 0.18 },
  japan: {
    timezone: "Asia/Tokyo",
    country: "JP",
    locales: [
      ["ja-JP", 10],
      ["en-US", 0.4],
    ],
    ios: 0.66,
  },
  australia: {
    timezone: "Australia/Sydney",
    country: "AU",
    locales: [
      ["en-AU", 10],
      ["zh-CN", 1],
    ],
    ios: 0.55,
  },
} as const satisfies Record<string, MarketFacts>;

export type Market = keyof typeof markets;
type MarketFacts = { timezone: string; country: string; locales: readonly (readonly [string, number])[]; ios: number };

type Phone = { model: string; manufacturer: string; osVersions: readonly (readonly [string, number])[] };

export const phones: Record<"ios" | "android", readonly (readonly [Phone, number])[]> = {
  ios: [
    [
      {
        model: "iPhone 15",
        manufacturer: "Apple",
        osVersions: [
          ["18.6", 5],
          ["26.0", 3],
        ],
      },
      4,
    ],
    [
      {
        model: "iPhone 16 Pro",
        manufacturer: "Apple",
        osVersions: [
          ["26.0", 6],
          ["18.6", 2],
        ],
      },
      3,
    ],
    [
      {
        model: "iPhone 13",
        manufacturer: "Apple",
        osVersions: [
          ["18.6", 4],
          ["17.7", 2],
        ],
      },
      3,
    ],
    [
      {
        model: "iPhone SE",
        manufacturer: "Apple",
        osVersions: [
          ["17.7", 3],
          ["18.6", 2],
        ],
      },
      1,
    ],
    [{ model: "iPad Air", manufacturer: "Apple", osVersions: [["18.6", 3]] }, 1],
  ],
  android: [
    [
      {
        model: "Galaxy S24",
        manufacturer: "Samsung",
        osVersions: [
          ["15", 5],
          ["16", 2],
        ],
      },
      4,
    ],
    [
      {
        model: "Galaxy A54",
        manufacturer: "Samsung",
        osVersions: [
          ["14", 4],
          ["15", 2],
        ],
      },
      4,
    ],
    [
      {
        model: "Pixel 9",
        manufacturer: "Google",
        osVersions: [
          ["16", 5],
          ["15", 1],
        ],
      },
      2,
    ],
    [
      {
        model: "Redmi Note 13",
        manufacturer: "Xiaomi",
        osVersions: [
          ["14", 4],
          ["13", 2],
        ],
      },
      4,
    ],
    [
      {
        model: "Moto G84",
        manufacturer: "Motorola",
        osVersions: [
          ["14", 3],
          ["13", 1],
        ],
      },
      2,
    ],
  ],
};

export const ownerNames = [
  "Ada Lindqvist",
  "Bruno Costa",
  "Chiara Romano",
  "Dev Sharma",
  "Elif Yilmaz",
  "Finn Hartmann",
  "Grace Okafor",
  "Hana Sato",
  "Ines Moreau",
  "Jonas Weber",
  "Kiran Thapa",
  "Lucas Silva",
  "Maya Patel",
  "Noah Fischer",
  "Olga Petrova",
  "Priya Nair",
  "Quentin Dubois",
  "Rosa Delgado",
  "Sven Larsen",
  "Tessa Nguyen",
  "Umar Farooq",
  "Vera Novak",
  "Will Turner",
  "Yuki Tanaka",
] as const;

export const templates = ["ecommerce", "social", "fitness", "education", "booking", "finance", "blank"] as const;
