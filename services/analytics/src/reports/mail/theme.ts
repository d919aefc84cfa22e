// Colours stand on the elements themselves, light; a mail program that knows prefers-color-scheme takes the dark ones from these
// classes. Those that make their own dark version (Gmail, Outlook) start from the light one, so every text has its background beside it.
export const color = {
  page: "#f2f4f7",
  card: "#ffffff",
  text: "#1c2330",
  quiet: "#5b6675",
  line: "#e3e7ed",
  bar: "#2f6fed",
  barBefore: "#c3cedd",
  note: "#fff7e0",
};

export const darkStyle = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .page, .page > table > tbody > tr > td { background-color: #11151c !important; }
  .card { background-color: #1a202a !important; }
  .text { color: #e8ebf0 !important; }
  .quiet { color: #a3adbb !important; }
  .line { border-color: #323b49 !important; }
  .bar { background-color: #6b9bff !important; }
  .bar-before { background-color: #46536a !important; }
  .note { background-color: #3a321b !important; }
  .link { color: #8fb4ff !important; }
}
@media (max-width: 480px) {
  .card { padding: 20px 16px !important; }
  .headline { font-size: 22px !important; }
}
`;

export const font = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
