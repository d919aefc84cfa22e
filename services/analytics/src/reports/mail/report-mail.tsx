import { Body } from "@react-email/body";
import { Container } from "@react-email/container";
import { Head } from "@react-email/head";
import { Heading } from "@react-email/heading";
import { Html } from "@react-email/html";
import { Link } from "@react-email/link";
import { Preview } from "@react-email/preview";
import { Section } from "@react-email/section";
import { Text } from "@react-email/text";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import type { ReportPage } from "../compose.js";
import { BarChart } from "./bar-chart.js";
import { FigureTable, Headlines } from "./figures.js";
import { color, darkStyle, font } from "./theme.js";
import { TopList } from "./top-list.js";

const doctype =
  '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">';

/** Where the links of a mail lead. */
export type MailLinks = { service: string; unsubscribe: string };

/** A report as the HTML of a mail. Whatever names hold is text in it: React escapes all of it. */
export function renderReportMail(page: ReportPage, links: MailLinks): string {
  return doctype + renderToStaticMarkup(<ReportMail page={page} links={links} />);
}

function ReportMail({ page, links }: { page: ReportPage; links: MailLinks }) {
  return (
    <Html>
      <Head>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{page.title}</title>
        <style>{darkStyle}</style>
      </Head>
      <Body className="page" style={{ backgroundColor: color.page, margin: 0, padding: "24px 8px", fontFamily: font }}>
        <Preview>{previewOf(page)}</Preview>
        <Container style={{ maxWidth: 600, width: "100%" }}>
          <Section className="card" style={{ backgroundColor: color.card, padding: "28px 32px", borderRadius: 12 }}>
            <Content page={page} />
          </Section>
          <Footer page={page} links={links} />
        </Container>
      </Body>
    </Html>
  );
}

/** What a list of mails shows behind the subject. */
function previewOf({ headlines, highlights }: ReportPage): string {
  return highlights[0] ?? headlines.map(({ label, value }) => `${label} ${value}`).join(", ");
}

function Content({ page }: { page: ReportPage }) {
  return (
    <>
      <Text className="quiet" style={{ color: color.quiet, fontSize: 13, margin: 0 }}>
        {page.week} ({page.timezone})
      </Text>
      <Heading
        as="h1"
        className="text"
        style={{ color: color.text, fontSize: 22, lineHeight: "28px", margin: "2px 0 12px", wordBreak: "break-word" }}
      >
        {page.title}
      </Heading>
      <Headlines figures={page.headlines} />
      <Part title="What stands out">
        <Highlights sentences={page.highlights} />
      </Part>
      {page.charts.map((chart) => (
        <Part key={chart.title} title={chart.title} note="Pale: the week before.">
          <BarChart chart={chart} />
        </Part>
      ))}
      {page.lists.map((list) => (
        <Part key={list.title} title={list.title}>
          <TopList list={list} />
        </Part>
      ))}
      <Part title={page.month.title}>
        {page.month.sentences.map((sentence) => (
          <Sentence key={sentence} text={sentence} />
        ))}
      </Part>
      <Part title="All figures">
        <FigureTable figures={page.figures} heads={["This week", "Before"]} />
      </Part>
      {page.soFar !== null && (
        <Part title={page.soFar.title}>
          <FigureTable figures={page.soFar.figures} heads={["So far", "Before"]} />
        </Part>
      )}
    </>
  );
}

function Part({ title, note, children }: { title: string; note?: string; children: ReactNode }) {
  return (
    <>
      <Heading
        as="h2"
        className="text"
        style={{ color: color.text, fontSize: 16, lineHeight: "22px", margin: "26px 0 8px" }}
      >
        {title}
      </Heading>
      {children}
      {note !== undefined && (
        <Text className="quiet" style={{ color: color.quiet, fontSize: 12, margin: "6px 0 0" }}>
          {note}
        </Text>
      )}
    </>
  );
}

function Highlights({ sentences }: { sentences: readonly string[] }) {
  if (sentences.length === 0) return <Sentence text="Nothing out of the ordinary." />;
  return (
    <Section className="note" style={{ backgroundColor: color.note, borderRadius: 8, padding: "8px 14px" }}>
      {sentences.map((sentence) => (
        <Sentence key={sentence} text={sentence} />
      ))}
    </Section>
  );
}

function Sentence({ text }: { text: string }) {
  return (
    <Text
      className="text"
      style={{ color: color.text, fontSize: 14, lineHeight: "21px", margin: "4px 0", wordBreak: "break-word" }}
    >
      {text}
    </Text>
  );
}

function Footer({ page, links }: { page: ReportPage; links: MailLinks }) {
  const link = { color: "#2456d6", textDecoration: "underline" };
  return (
    <Text
      className="quiet"
      style={{
        ...{ color: color.quiet, fontSize: 12, lineHeight: "18px", textAlign: "center", padding: "0 16px" },
        wordBreak: "break-word",
      }}
    >
      You get this every week because this address is subscribed to the report on {page.about}.{" "}
      <Link className="link" href={links.unsubscribe} style={link}>
        Unsubscribe
      </Link>{" "}
      or open{" "}
      <Link className="link" href={links.service} style={link}>
        Mobigen Analytics
      </Link>
      .
    </Text>
  );
}
