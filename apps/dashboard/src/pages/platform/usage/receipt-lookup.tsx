import { useQuery } from "@tanstack/react-query";
import { ApiProblem } from "../../../api/problem";
import { receiptQuery } from "../../../api/usage";
import { useDraftText } from "../../../app/use-draft-text";
import { useParam } from "../../../app/use-window";
import { Button } from "../../../ui/button";
import { Card } from "../../../ui/card";
import { TextField } from "../../../ui/field";
import { Loaded } from "../../../ui/loaded";
import { SkeletonLines } from "../../../ui/skeleton";
import { Receipt } from "./receipt";

/** One call by the id that it was recorded under. */
export function ReceiptLookup() {
  const [requestId, setRequestId] = useParam("request");
  const [text, setText] = useDraftText(requestId);
  const receipt = useQuery(receiptQuery(requestId));
  const isUnknown = receipt.error instanceof ApiProblem && receipt.error.status < 500;
  return (
    <Card title="What a call was charged" hint="By its requestId: the price that held, part by part">
      <form
        className="flex flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          setRequestId(text.trim());
        }}
      >
        <TextField
          label="Request id"
          hideLabel
          placeholder="Request id"
          required
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          className="w-full sm:w-80"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit">Look up</Button>
      </form>
      {requestId !== "" && (
        <div className="mt-4 border-t border-line pt-4">
          {isUnknown ? (
            <p role="status" className="text-muted">
              {receipt.error instanceof ApiProblem && receipt.error.code === "archived"
                ? receipt.error.message
                : `No call is recorded under “${requestId}”.`}
            </p>
          ) : (
            <Loaded query={receipt} skeleton={<SkeletonLines lines={3} />}>
              {(data) => <Receipt receipt={data} />}
            </Loaded>
          )}
        </div>
      )}
    </Card>
  );
}
