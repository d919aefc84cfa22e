import type { Random } from "./random.js";

/** What people do in a kind of app: screens that lead to others, and what happens on them. */
export type AppKind = {
  /** From each screen to the next, by weight; `end` leaves the app. The first screen is where a session starts. */
  screens: Record<string, Record<string, number>>;
  /** On a screen, with a probability. */
  actions: Record<string, readonly Action[]>;
  /** When people use it, by hour of their day (0–23). */
  hours: readonly number[];
  /** How a Saturday or Sunday compares with a weekday. */
  weekend: number;
  /** People have accounts: events carry a userId. */
  accounts: boolean;
  /** The share of a day's newcomers who are back the day after. */
  firstReturn: number;
};

export type Action = { name: string; chance: number; properties?: (random: Random) => Record<string, unknown> };

const morningAndEvening = [1, 1, 0, 0, 1, 4, 9, 10, 7, 4, 3, 4, 5, 4, 3, 3, 5, 9, 11, 10, 8, 6, 4, 2];
const meals = [1, 0, 0, 0, 0, 1, 3, 5, 4, 3, 5, 11, 12, 7, 3, 3, 4, 8, 12, 12, 8, 5, 3, 2];
const evening = [3, 2, 1, 0, 0, 1, 2, 4, 4, 4, 4, 5, 6, 5, 4, 5, 6, 7, 9, 11, 13, 13, 10, 6];
const office = [0, 0, 0, 0, 0, 1, 3, 6, 10, 12, 11, 10, 7, 9, 11, 10, 9, 6, 4, 3, 3, 2, 1, 1];

const price = (random: Random, median: number): number => Math.round(random.logNormal(median, 0.6) * 100) / 100;

export const appKinds = {
  shop: {
    screens: {
      Home: { "Product List": 5, Search: 3, Cart: 1, Profile: 1, end: 2 },
      "Product List": { Product: 6, Home: 1, end: 2 },
      Search: { Product: 5, "Product List": 1, end: 2 },
      Product: { "Product List": 3, Cart: 2, Product: 2, end: 3 },
      Cart: { Checkout: 4, Home: 1, end: 3 },
      Checkout: { Confirmation: 6, Cart: 1, end: 3 },
      Confirmation: { Home: 2, end: 6 },
      Profile: { Home: 2, end: 3 },
    },
    actions: {
      Search: [{ name: "search", chance: 0.9, properties: (r) => ({ results: r.poisson(18) }) }],
      Product: [
        { name: "add_to_cart", chance: 0.22, properties: (r) => ({ price: price(r, 34), quantity: r.int(1, 3) }) },
      ],
      Checkout: [
        { name: "checkout_error", chance: 0.04, properties: (r) => ({ reason: r.pick(["card_declined", "timeout"]) }) },
      ],
      Confirmation: [
        {
          name: "purchase",
          chance: 1,
          properties: (r) => ({ total: price(r, 58), currency: "EUR", items: r.int(1, 5) }),
        },
      ],
    },
    hours: evening,
    weekend: 1.25,
    accounts: true,
    firstReturn: 0.34,
  },
  food: {
    screens: {
      Home: { Restaurants: 5, Orders: 1, Favorites: 2, end: 2 },
      Restaurants: { Menu: 6, Home: 1, end: 2 },
      Favorites: { Menu: 5, Home: 1, end: 1 },
      Menu: { Basket: 4, Restaurants: 2, end: 3 },
      Basket: { Payment: 5, Menu: 2, end: 2 },
      Payment: { "Order Status": 7, end: 2 },
      "Order Status": { "Order Status": 2, Home: 1, end: 4 },
      Orders: { Home: 1, end: 2 },
    },
    actions: {
      Menu: [{ name: "add_dish", chance: 0.6, properties: (r) => ({ price: price(r, 12) }) }],
      Payment: [{ name: "order_placed", chance: 0.85, properties: (r) => ({ total: price(r, 27), tip: r.int(0, 5) }) }],
      "Order Status": [{ name: "courier_rated", chance: 0.12, properties: (r) => ({ stars: r.int(3, 5) }) }],
    },
    hours: meals,
    weekend: 1.4,
    accounts: true,
    firstReturn: 0.38,
  },
  fitness: {
    screens: {
      Today: { Workout: 5, Plan: 2, Progress: 2, end: 2 },
      Plan: { Workout: 3, Today: 1, end: 1 },
      Workout: { Exercise: 6, end: 1 },
      Exercise: { Exercise: 6, Summary: 2, end: 1 },
      Summary: { Progress: 2, end: 4 },
      Progress: { Today: 1, end: 3 },
    },
    actions: {
      Workout: [
        { name: "workout_started", chance: 0.85, properties: (r) => ({ plan: r.pick(["strength", "run", "yoga"]) }) },
      ],
      Exercise: [{ name: "set_logged", chance: 0.7, properties: (r) => ({ reps: r.int(5, 20) }) }],
      Summary: [{ name: "workout_completed", chance: 0.95, properties: (r) => ({ minutes: r.int(12, 75) }) }],
      Progress: [{ name: "goal_shared", chance: 0.06 }],
    },
    hours: morningAndEvening,
    weekend: 0.85,
    accounts: true,
    firstReturn: 0.45,
  },
  learning: {
    screens: {
      Home: { Course: 5, Review: 3, Leaderboard: 1, end: 2 },
      Course: { Lesson: 6, Home: 1, end: 1 },
      Lesson: { Quiz: 5, Lesson: 2, end: 2 },
      Quiz: { Result: 6, end: 1 },
      Result: { Lesson: 3, Home: 1, end: 3 },
      Review: { Quiz: 3, end: 1 },
      Leaderboard: { Home: 1, end: 2 },
    },
    actions: {
      Lesson: [{ name: "lesson_completed", chance: 0.6, properties: (r) => ({ seconds: r.int(60, 600) }) }],
      Result: [{ name: "quiz_scored", chance: 1, properties: (r) => ({ score: r.int(4, 10) }) }],
      Home: [{ name: "streak_kept", chance: 0.3, properties: (r) => ({ days: r.int(1, 40) }) }],
      Leaderboard: [{ name: "subscribed", chance: 0.03, properties: () => ({ plan: "plus", price: 6.99 }) }],
    },
    hours: evening,
    weekend: 1.05,
    accounts: true,
    firstReturn: 0.4,
  },
  social: {
    screens: {
      Feed: { Post: 5, Feed: 4, Profile: 2, Messages: 3, end: 3 },
      Post: { Feed: 4, Comments: 3, Profile: 1, end: 1 },
      Comments: { Feed: 2, Post: 1, end: 1 },
      Messages: { Chat: 5, Feed: 1, end: 1 },
      Chat: { Messages: 2, Feed: 1, end: 2 },
      Profile: { Feed: 2, Settings: 1, end: 1 },
      Settings: { Feed: 1, end: 1 },
    },
    actions: {
      Post: [
        { name: "liked", chance: 0.35 },
        { name: "shared", chance: 0.04, properties: (r) => ({ target: r.pick(["link", "story", "chat"]) }) },
      ],
      Comments: [{ name: "commented", chance: 0.25, properties: (r) => ({ length: r.int(3, 240) }) }],
      Chat: [{ name: "message_sent", chance: 0.8 }],
    },
    hours: evening,
    weekend: 1.3,
    accounts: true,
    firstReturn: 0.5,
  },
  travel: {
    screens: {
      Explore: { Search: 5, Trips: 1, Wishlist: 1, end: 2 },
      Search: { Results: 7, end: 1 },
      Results: { Stay: 6, Search: 2, end: 2 },
      Stay: { Results: 4, Booking: 1.4, Wishlist: 1, end: 3 },
      Booking: { Confirmation: 4, Stay: 1, end: 4 },
      Confirmation: { Trips: 3, end: 2 },
      Trips: { Explore: 1, end: 2 },
      Wishlist: { Stay: 2, end: 1 },
    },
    actions: {
      Search: [{ name: "search", chance: 1, properties: (r) => ({ nights: r.int(1, 14), guests: r.int(1, 5) }) }],
      Stay: [{ name: "saved", chance: 0.12 }],
      Confirmation: [
        { name: "booked", chance: 1, properties: (r) => ({ total: price(r, 320), nights: r.int(1, 10) }) },
      ],
    },
    hours: evening,
    weekend: 1.1,
    accounts: false,
    firstReturn: 0.22,
  },
  finance: {
    screens: {
      Accounts: { Transactions: 5, Transfer: 2, Budget: 2, end: 4 },
      Transactions: { Transaction: 3, Accounts: 2, end: 3 },
      Transaction: { Transactions: 2, end: 1 },
      Transfer: { "Transfer Done": 6, Accounts: 1, end: 1 },
      "Transfer Done": { Accounts: 1, end: 3 },
      Budget: { Accounts: 1, end: 2 },
    },
    actions: {
      "Transfer Done": [
        { name: "transfer_sent", chance: 1, properties: (r) => ({ amount: price(r, 80), currency: "EUR" }) },
      ],
      Budget: [
        { name: "budget_changed", chance: 0.2, properties: (r) => ({ category: r.pick(["food", "rent", "fun"]) }) },
      ],
    },
    hours: office,
    weekend: 0.6,
    accounts: true,
    firstReturn: 0.52,
  },
  tools: {
    screens: {
      Inbox: { Task: 5, Board: 3, Search: 1, end: 3 },
      Board: { Task: 5, Inbox: 1, end: 1 },
      Task: { Inbox: 3, Board: 2, Editor: 2, end: 2 },
      Editor: { Task: 4, end: 1 },
      Search: { Task: 3, end: 1 },
    },
    actions: {
      Task: [{ name: "task_completed", chance: 0.3 }],
      Editor: [{ name: "task_saved", chance: 0.8, properties: (r) => ({ characters: r.int(10, 900) }) }],
      Board: [{ name: "invite_sent", chance: 0.03, properties: (r) => ({ people: r.int(1, 4) }) }],
    },
    hours: office,
    weekend: 0.25,
    accounts: false,
    firstReturn: 0.42,
  },
} as const satisfies Record<string, AppKind>;

export type AppKindName = keyof typeof appKinds;
